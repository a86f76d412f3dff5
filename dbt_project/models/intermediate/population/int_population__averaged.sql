with residents as (
    select
        left(admin_code, 5) as district_code,
        month,
        resident_count
    from {{ ref('stg_city__residents') }}
    where not is_total
),

-- Counts are month ends, so each belongs to two months: its own and the one it opens.
month_ends as (
    select
        district_code,
        month as period_start,
        resident_count,
        true as is_own_end
    from residents
    union all
    select
        district_code,
        (month + interval '1 month')::date as period_start,
        resident_count,
        false as is_own_end
    from residents
),

monthly as (
    select
        district_code,
        period_start,
        trim_scale(round(avg(resident_count), 4)) as mean_resident_count,
        count(*) as month_end_count,
        bool_or(is_own_end) as is_final
    from month_ends
    group by district_code, period_start
),

yearly as (
    select
        district_code,
        date_trunc('year', month)::date as period_start,
        trim_scale(round(avg(resident_count), 4)) as mean_resident_count,
        count(*) as month_end_count,
        count(*) = 12 as is_final
    from residents
    group by district_code, date_trunc('year', month)
),

quarterly as (
    select
        district_code,
        date_trunc('quarter', month)::date as period_start,
        trim_scale(round(avg(resident_count), 4)) as mean_resident_count,
        count(*) as month_end_count,
        count(*) = 3 as is_final
    from residents
    group by district_code, date_trunc('quarter', month)
),

final as (
    select
        district_code,
        'month' as period_type,
        period_start,
        mean_resident_count,
        month_end_count,
        is_final
    from monthly
    union all
    select
        district_code,
        'quarter' as period_type,
        period_start,
        mean_resident_count,
        month_end_count,
        is_final
    from quarterly
    union all
    select
        district_code,
        'year' as period_type,
        period_start,
        mean_resident_count,
        month_end_count,
        is_final
    from yearly
)

select * from final
