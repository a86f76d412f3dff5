-- Which dongs changed their police station, and when? Series of these stations break there.
select
    dongs.name_ko as dong_name_ko,
    districts.name_ko as district_name_ko,
    former.station_code as former_station_code,
    later.station_code as later_station_code,
    later.valid_from as changed_on,
    former.note
from marts.bridge_station_dong as former
inner join marts.bridge_station_dong as later
    on
        former.dong_code = later.dong_code
        and former.valid_to + 1 = later.valid_from
inner join marts.dim_dong as dongs
    on former.dong_code = dongs.dong_code
inner join marts.dim_district as districts
    on dongs.district_code = districts.district_code
order by changed_on, dong_name_ko
