with crime_classes as (
    select * from {{ ref('crime_classes') }}
),

final as (
    select
        crime_class_code,
        class_large,
        class_middle,
        name_en,
        five_major_group,
        sort_order,
        is_five_major
    from crime_classes
)

select * from final
