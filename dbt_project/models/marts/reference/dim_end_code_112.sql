with end_codes_112 as (
    select * from {{ ref('end_codes_112') }}
),

final as (
    select
        end_code,
        name_ko,
        name_en,
        end_group,
        is_false_report
    from end_codes_112
)

select * from final
