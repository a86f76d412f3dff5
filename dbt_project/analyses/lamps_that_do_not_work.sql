-- Where do lamps on safe return routes fail inspection? Look out: the register keeps only the
-- last inspection of a route, so earlier quarters hold what was not inspected again since.
select
    places.name_ko,
    lamps.period_start,
    lamps.numerator as passed_lamp_count,
    lamps.denominator as inspected_lamp_count,
    lamps.value as working_pct,
    lamps.value_status
from marts.fct_indicator_value as lamps
inner join marts.dim_place as places
    on
        lamps.place_type = places.place_type
        and lamps.place_code = places.place_code
where
    lamps.indicator_id = 'safe_route_lamp_working_share'
    and lamps.place_type = 'district'
order by lamps.period_start desc, lamps.value asc
