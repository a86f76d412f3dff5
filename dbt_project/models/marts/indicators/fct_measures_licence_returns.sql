with returns as (
    select * from {{ ref('fct_licence_returns') }}
    where age_from >= 65
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'city_traffic_culture' and not is_superseded
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'year'
),

delivered_years as (
    select distinct make_date(slice_key::integer, 1, 1) as period_start
    from slices
),

delivered_range as (
    select
        min(period_start) as first_period,
        max(period_start) as last_period
    from delivered_years
),

origin as (
    select
        coalesce(bool_or(is_synthetic), false) as is_synthetic,
        max(month) as last_month
    from returns
),

dated as (
    select
        *,
        date_trunc('year', month)::date as period_start,
        row_number() over (
            partition by district_code, age_group, date_trunc('year', month)
            order by (holder_count is not null) desc, month desc
        ) as recency
    from returns
),

-- Every district writes every age group in every month: fewer rows are not zero but missing.
expected as (
    select
        period_start,
        12 * count(distinct age_group) as cell_count
    from dated
    group by period_start
),

district_years as (
    select
        district_code,
        period_start,
        count(*) as cell_count,
        sum(return_count) as return_count,
        sum(holder_count) filter (where recency = 1) as holder_count,
        max(month) as last_month
    from dated
    group by district_code, period_start
),

final as (
    select
        'district' as place_type,
        dim_district.district_code as place_code,
        'year' as period_type,
        case
            when delivered_years.period_start is not null
                then coalesce(district_years.return_count, 0)
        end as return_count,
        district_years.holder_count,
        delivered_years.period_start is not null as is_reported,
        coalesce(district_years.cell_count < expected.cell_count, true) as is_partial_period,
        origin.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        (
            coalesce(district_years.last_month, origin.last_month, dim_period.period_start)
            + interval '1 month - 1 day'
        )::date as data_as_of
    from delivered_range
    inner join dim_period
        on
            dim_period.period_start between delivered_range.first_period
            and delivered_range.last_period
    cross join dim_district
    cross join origin
    left join delivered_years
        on dim_period.period_start = delivered_years.period_start
    left join expected
        on dim_period.period_start = expected.period_start
    left join district_years
        on
            dim_district.district_code = district_years.district_code
            and dim_period.period_start = district_years.period_start
)

select * from final
