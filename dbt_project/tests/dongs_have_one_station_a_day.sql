-- No dong is in the charge of two stations on the same day: a call would be counted twice.
with bridge as (
    select
        dong_code,
        station_code,
        coalesce(valid_from, '-infinity'::date) as valid_from,
        coalesce(valid_to, 'infinity'::date) as valid_to
    from {{ ref('station_dong_bridge') }}
)

select
    former.dong_code,
    former.station_code,
    later.station_code as other_station_code
from bridge as former
inner join bridge as later
    on
        former.dong_code = later.dong_code
        and former.station_code < later.station_code
        and former.valid_from <= later.valid_to
        and former.valid_to >= later.valid_from
