-- Every place of an indicator is a place of dim_place.
select
    measured.place_type,
    measured.place_code
from {{ ref('fct_indicator_value') }} as measured
left join {{ ref('dim_place') }} as known
    on
        measured.place_type = known.place_type
        and measured.place_code = known.place_code
where known.place_code is null
group by measured.place_type, measured.place_code
