with relational_crime as (
    select * from {{ source('disclosed', 'relational_crime') }}
),

final as (
    select
        measure,
        place_type,
        place_code,
        place_name_ko,
        place_name_en,
        period_type,
        period_start,
        period_end,
        kind,
        kind_name_ko,
        kind_name_en,
        event_count,
        unit,
        value_status,
        data_as_of,
        is_synthetic
    from relational_crime
)

select * from final
