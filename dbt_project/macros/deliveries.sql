{# A source's current slices: key, date of reference and whether they are synthetic. #}
{% macro current_slices(source_id) -%}
    select
        slices.slice_key,
        batches.is_synthetic,
        batches.reference_date
    from {{ ref('stg_platform__batch_slices') }} as slices
    inner join {{ ref('stg_platform__batches') }} as batches
        on slices.batch_id = batches.batch_id
    where
        slices.source_id = '{{ source_id }}'
        and not slices.is_superseded
{%- endmacro %}

{#
    CTEs of a source that is delivered by month: slices, delivered_months, delivered_quarters
    (months delivered, newest date) and bounds (one row).

    months: condition that a month must meet to count in its quarter (default all).
#}
{% macro delivered_quarters(source_id, months=none) -%}
slices as (
    {{ current_slices(source_id) }}
),

delivered_months as (
    select
        (slice_key || '-01')::date as month,
        (slice_key || '-01')::date + interval '1 month' - interval '1 day' as last_day,
        is_synthetic
    from slices
),

delivered_quarters as (
    select
        date_trunc('quarter', month)::date as quarter_start,
        count(*) as month_count,
        max(last_day)::date as newest_date
    from delivered_months
    {%- if months %}
    where {{ months }}
    {%- endif %}
    group by date_trunc('quarter', month)
),

bounds as (
    select
        date_trunc('quarter', min(month))::date as first_quarter,
        date_trunc('quarter', max(month))::date as last_quarter,
        max(last_day)::date as newest_date,
        coalesce(bool_or(is_synthetic), false) as is_synthetic
    from delivered_months
)
{%- endmacro %}

{#
    CTEs of one kind of victim support: supports, dim_period, slices, delivered_years, bounds, grid
    (quarters and years of the delivered files) and started (each support in its periods).
#}
{% macro victim_support_periods(support_kind) -%}
supports as (
    select * from {{ ref('fct_victim_support') }}
    where support_kind = '{{ support_kind }}'
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

slices as (
    {{ current_slices('city_victim_support') }}
),

-- Each file holds a year so far and is sent once a quarter; its newest start tells which one.
delivered_years as (
    select
        make_date(slice_key::integer, 1, 1) as year_start,
        max(is_synthetic::integer) = 1 as is_synthetic,
        max(reference_date) as reference_date,
        (date_trunc('quarter', max(reference_date)) + interval '3 months' - interval '1 day')::date
            as known_through
    from slices
    group by slice_key
),

bounds as (
    select
        min(year_start) as first_year,
        max(year_start) as last_year,
        max(reference_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from delivered_years
),

grid as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_years.known_through,
        -- The rest of the year is not reported: no file speaks of those quarters yet.
        coalesce(delivered_years.known_through >= dim_period.period_start, false) as is_reported,
        coalesce(delivered_years.known_through < dim_period.period_end, true) as is_unfinished,
        bounds.is_synthetic,
        coalesce(delivered_years.reference_date, bounds.newest_date) as data_as_of
    from bounds
    inner join dim_period
        on
            dim_period.period_type in ('quarter', 'year')
            and date_trunc('year', dim_period.period_start)
            between bounds.first_year and bounds.last_year
    left join delivered_years
        on date_trunc('year', dim_period.period_start) = delivered_years.year_start
),

started as (
    select
        periods.period_type,
        date_trunc(periods.period_type, supports.started_on)::date as period_start,
        supports.*
    from supports
    cross join (values ('quarter'), ('year')) as periods (period_type)
)
{%- endmacro %}
