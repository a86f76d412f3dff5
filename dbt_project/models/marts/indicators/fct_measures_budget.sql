with lines as (
    select * from {{ ref('fct_budget_lines') }}
    -- A report of a quarter repeats closed years: only the year it belongs to is executed in it.
    where fiscal_year = extract(year from as_of_date)
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'quarter'
),

reports as (
    select
        as_of_date,
        sum(current_won) as current_won,
        sum(executed_won) as executed_won,
        bool_or(is_synthetic) as is_synthetic
    from lines
    group by as_of_date
),

bounds as (
    select
        min(as_of_date) as first_date,
        max(as_of_date) as last_date,
        bool_or(is_synthetic) as is_synthetic
    from reports
    having count(*) > 0
),

newest as (
    select distinct on (dim_period.period_start)
        dim_period.period_start,
        reports.*
    from dim_period
    inner join reports
        on reports.as_of_date between dim_period.period_start and dim_period.period_end
    order by dim_period.period_start asc, reports.as_of_date desc
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        dim_period.period_type,
        newest.current_won,
        newest.executed_won,
        newest.as_of_date is not null as is_reported,
        coalesce(newest.as_of_date < dim_period.period_end, true) as is_partial_period,
        bounds.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        coalesce(newest.as_of_date, bounds.last_date) as data_as_of
    from bounds
    inner join dim_period
        on
            bounds.first_date <= dim_period.period_end
            and bounds.last_date >= dim_period.period_start
    left join newest
        on dim_period.period_start = newest.period_start
)

select * from final
