with dim_date as (
    select * from {{ ref('dim_date') }}
),

days as (
    select
        'month' as period_type,
        month as period_start,
        calendar_date
    from dim_date
    union all
    select
        'quarter' as period_type,
        quarter_start as period_start,
        calendar_date
    from dim_date
    union all
    select
        'half' as period_type,
        make_date(year, case when month_number <= 6 then 1 else 7 end, 1) as period_start,
        calendar_date
    from dim_date
    union all
    select
        'year' as period_type,
        year_start as period_start,
        calendar_date
    from dim_date
),

final as (
    select
        period_type,
        period_start,
        count(*)::smallint as day_count,
        max(calendar_date) as period_end
    from days
    group by period_type, period_start
)

select * from final
