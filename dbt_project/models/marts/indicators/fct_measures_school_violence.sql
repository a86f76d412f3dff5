with surveys as (
    select * from {{ ref('fct_school_violence') }}
),

slices as (
    {{ current_slices('education_school_violence') }}
),

delivered_halves as (
    select
        make_date(
            split_part(slice_key, '|', 1)::integer,
            case when split_part(slice_key, '|', 2) = '1차' then 1 else 7 end,
            1
        ) as half_start,
        is_synthetic,
        reference_date
    from slices
),

bounds as (
    select
        min(half_start) as first_half,
        max(half_start) as last_half,
        max(reference_date) as newest_date,
        coalesce(bool_or(is_synthetic), false) as is_synthetic
    from delivered_halves
),

halves as (
    {{ district_grid('half', 'bounds', first='first_half', last='last_half') }}
),

levels (school_level, subgroup) as (
    values
    ('초등학교', 'elementary'),
    ('중학교', 'middle'),
    ('고등학교', 'high')
),

-- A survey that is not reported for a level is not zero.
by_level as (
    select
        halves.district_code,
        levels.subgroup,
        halves.period_start,
        halves.period_end,
        surveys.respondent_count::bigint as respondent_count,
        surveys.victim_count::bigint as victim_count,
        surveys.district_code is not null as is_reported,
        bounds.is_synthetic,
        coalesce(surveys.reference_date, bounds.newest_date) as data_as_of
    from halves
    cross join levels
    cross join bounds
    left join surveys
        on
            halves.district_code = surveys.district_code
            and halves.period_start = surveys.half_start
            and levels.school_level = surveys.school_level
),

with_all as (
    select * from by_level
    union all
    select
        district_code,
        'all' as subgroup,
        period_start,
        period_end,
        case when bool_and(is_reported) then sum(respondent_count) end as respondent_count,
        case when bool_and(is_reported) then sum(victim_count) end as victim_count,
        bool_and(is_reported) as is_reported,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from by_level
    group by district_code, period_start, period_end
),

final as (
    select
        'district' as place_type,
        district_code as place_code,
        'half' as period_type,
        subgroup,
        respondent_count::bigint as respondent_count,
        victim_count::bigint as victim_count,
        is_reported,
        not is_reported as is_partial_period,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from with_all
)

select * from final
