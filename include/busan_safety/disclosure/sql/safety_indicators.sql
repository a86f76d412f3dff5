-- One row per indicator, definition version, place and period, after primary suppression.
-- A row is hidden if its numerator, or a denominator that is itself a count of people's events,
-- lies between 1 and threshold - 1. What is not hidden kept its counts, so its value and interval
-- are those of the protected counts.
with

policies as (
    select
        policy.suppression_class,
        policy.threshold
    from
        unnest(%(classes)s::text [], %(thresholds)s::numeric [])
            as policy (suppression_class, threshold)
),

places as (
    select
        'district' as place_type,
        district_code as place_code,
        name_ko,
        name_en
    from marts.dim_district
    union all
    select
        'station' as place_type,
        station_code as place_code,
        name_ko,
        name_en
    from marts.dim_station
    union all
    select
        'city' as place_type,
        '26' as place_code,
        '부산광역시' as name_ko,
        'Busan' as name_en
),

judged as (
    select
        indicator_values.*,
        indicators.name_ko as indicator_name_ko,
        indicators.name_en as indicator_name_en,
        indicators.unit,
        indicators.scale,
        indicators.denominator_unit = any(%(public_denominators)s::text []) as keeps_denominator,
        coalesce(
            indicator_values.numerator > 0
            and indicator_values.numerator < policies.threshold,
            false
        ) or coalesce(
            indicator_values.denominator > 0
            and indicator_values.denominator < policies.threshold
            and indicators.denominator_unit <> all(%(public_denominators)s::text []),
            false
        ) as is_hidden
    from marts.fct_indicator_value as indicator_values
    inner join marts.dim_indicator as indicators
        on
            indicator_values.indicator_id = indicators.indicator_id
            and indicator_values.definition_version = indicators.definition_version
    inner join policies
        on indicators.suppression_class = policies.suppression_class
    where indicators.is_public
)

insert into disclosed.safety_indicators
select
    judged.indicator_id,
    judged.indicator_name_ko,
    judged.indicator_name_en,
    judged.definition_version,
    judged.place_type,
    judged.place_code,
    places.name_ko as place_name_ko,
    places.name_en as place_name_en,
    judged.period_type,
    judged.period_start,
    judged.period_end,
    case when not judged.is_hidden then judged.numerator end as numerator,
    case
        when not judged.is_hidden or judged.keeps_denominator then judged.denominator
    end as denominator,
    case when not judged.is_hidden then judged.value end as value,
    case when not judged.is_hidden then judged.lower_95 end as lower_95,
    case when not judged.is_hidden then judged.upper_95 end as upper_95,
    case when not judged.is_hidden then judged.interval_method end as interval_method,
    case when judged.is_hidden then 'suppressed' else judged.value_status end as value_status,
    judged.unit,
    judged.scale,
    judged.population_basis,
    judged.is_partial_period,
    judged.series_break,
    judged.data_as_of,
    judged.is_synthetic
from judged
left join places
    on
        judged.place_type = places.place_type
        and judged.place_code = places.place_code
