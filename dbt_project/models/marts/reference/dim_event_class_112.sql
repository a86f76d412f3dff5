with event_classes_112 as (
    select * from {{ ref('event_classes_112') }}
),

final as (
    select
        event_class_code,
        name_ko,
        name_en,
        event_group
    from event_classes_112
)

select * from final
