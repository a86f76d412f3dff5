-- One row per district whose camera register was delivered, with security cameras or without.
select distinct district_code
from marts.fct_cctv_sites
order by district_code
