-- The published form: 100 - (harm + vulnerability) + mitigation, each a score of 0 to 100 times
-- its weight. Where a weight or a score is not published or not held the index is unknown.
with components as (
    select * from {{ ref('int_safety_index__weighted') }}
),

scores as (
    select * from {{ ref('int_safety_index__scored') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

indicator_values as (
    select * from {{ ref('fct_indicator_value') }}
    where
        place_type = 'district'
        and period_type = 'year'
        and subgroup = 'all'
),

-- The years that the warehouse holds a measure or a score for.
index_years as (
    select
        extract(year from indicator_values.period_start)::smallint as index_year,
        max(indicator_values.data_as_of) as data_as_of,
        bool_or(indicator_values.is_synthetic) as is_synthetic
    from indicator_values
    inner join components
        on
            indicator_values.indicator_id = components.indicator_id
            and indicator_values.definition_version = components.definition_version
    group by extract(year from indicator_values.period_start)
),

held as (
    select
        components.weight_set,
        components.field,
        components.field_ko,
        components.component,
        components.weight_pct,
        index_years.index_year,
        index_years.data_as_of,
        index_years.is_synthetic,
        dim_district.district_code,
        indicator_values.value as measured_value,
        scores.score
    from components
    inner join index_years
        on
            index_years.index_year between components.valid_from_year
            and components.valid_to_year
    cross join dim_district
    left join indicator_values
        on
            components.indicator_id = indicator_values.indicator_id
            and components.definition_version = indicator_values.definition_version
            and dim_district.district_code = indicator_values.place_code
            and index_years.index_year = extract(year from indicator_values.period_start)
    left join scores
        on
            components.field = scores.field
            and components.component = scores.component
            and dim_district.district_code = scores.district_code
            and index_years.index_year = scores.index_year
),

pivoted as (
    select
        weight_set,
        field,
        field_ko,
        index_year,
        district_code,
        data_as_of,
        is_synthetic,
        max(measured_value) filter (where component = 'harm') as harm_value,
        max(measured_value) filter (where component = 'vulnerability') as vulnerability_value,
        max(measured_value) filter (where component = 'mitigation') as mitigation_value,
        max(measured_value) filter (where component = 'awareness') as awareness_value,
        max(weight_pct) filter (where component = 'harm') as harm_weight_pct,
        max(weight_pct) filter (where component = 'vulnerability') as vulnerability_weight_pct,
        max(weight_pct) filter (where component = 'mitigation') as mitigation_weight_pct,
        max(weight_pct) filter (where component = 'awareness') as awareness_weight_pct,
        max(score) filter (where component = 'harm') as harm_score,
        max(score) filter (where component = 'vulnerability') as vulnerability_score,
        max(score) filter (where component = 'mitigation') as mitigation_score,
        bool_or(weight_pct is null) as lacks_weight,
        bool_or(score is null) as lacks_score,
        -- Where awareness enters the form is not published.
        bool_or(component = 'awareness') as lacks_form
    from held
    group by
        weight_set,
        field,
        field_ko,
        index_year,
        district_code,
        data_as_of,
        is_synthetic
),

final as (
    select
        weight_set,
        field,
        district_code,
        field_ko,
        case
            when lacks_form or lacks_weight or lacks_score then 'unknown' else 'computed'
        end as index_status,
        nullif(
            concat_ws(
                '|',
                case when lacks_form then 'form_not_published' end,
                case when lacks_weight then 'weights_not_published' end,
                case when lacks_score then 'scores_not_held' end
            ),
            ''
        ) as unknown_reason,
        index_year,
        harm_value,
        vulnerability_value,
        mitigation_value,
        awareness_value,
        harm_weight_pct,
        vulnerability_weight_pct,
        mitigation_weight_pct,
        awareness_weight_pct,
        case
            when not (lacks_form or lacks_weight or lacks_score)
                then
                    trim_scale(
                        round(
                            100
                            - (
                                harm_score * harm_weight_pct
                                + vulnerability_score * vulnerability_weight_pct
                            ) / 100
                            + mitigation_score * mitigation_weight_pct / 100,
                            4
                        )
                    )
        end as index_value,
        is_synthetic,
        data_as_of
    from pivoted
)

select * from final
