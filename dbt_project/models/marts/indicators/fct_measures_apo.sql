with workloads as (
    select * from {{ ref('fct_apo_workloads') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'quarter'
),

dim_station as (
    select * from {{ ref('dim_station') }}
),

slices as (
    {{ current_slices('police_apo') }}
),

-- A quarter has one reference date; of several delivered ones the newest counts.
delivered as (
    select
        date_trunc('quarter', slice_key::date)::date as quarter_start,
        max(slice_key::date) as reference_date
    from slices
    group by date_trunc('quarter', slice_key::date)
),

bounds as (
    select
        min(quarter_start) as first_quarter,
        max(quarter_start) as last_quarter,
        max(reference_date) as newest_date,
        (select coalesce(bool_or(slices.is_synthetic), false) from slices) as is_synthetic
    from delivered
),

-- A station is in the grid of the quarters at whose end it existed.
stations as (
    select
        dim_station.station_code,
        dim_period.period_start,
        dim_period.period_end,
        delivered.reference_date,
        workloads.monitored_household_count,
        workloads.officer_count,
        workloads.station_code is not null as is_reported,
        coalesce(delivered.reference_date < dim_period.period_end, true) as is_partial_period,
        bounds.is_synthetic,
        coalesce(delivered.reference_date, bounds.newest_date) as data_as_of
    from bounds
    inner join dim_period
        on dim_period.period_start between bounds.first_quarter and bounds.last_quarter
    inner join dim_station
        on
            coalesce(dim_station.valid_from, '-infinity'::date) <= dim_period.period_end
            and coalesce(dim_station.valid_to, 'infinity'::date) >= dim_period.period_end
    left join delivered
        on dim_period.period_start = delivered.quarter_start
    left join workloads
        on
            dim_station.station_code = workloads.station_code
            and delivered.reference_date = workloads.reference_date
),

final as (
    select
        'station' as place_type,
        station_code as place_code,
        'quarter' as period_type,
        monitored_household_count::bigint as monitored_household_count,
        officer_count::bigint as officer_count,
        is_reported,
        is_partial_period,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from stations
    union all
    select
        'city' as place_type,
        '26' as place_code,
        'quarter' as period_type,
        case when bool_and(is_reported) then sum(monitored_household_count) end
            as monitored_household_count,
        case when bool_and(is_reported) then sum(officer_count) end as officer_count,
        bool_and(is_reported) as is_reported,
        bool_or(is_partial_period) as is_partial_period,
        bool_or(is_synthetic) as is_synthetic,
        period_start,
        period_end,
        max(data_as_of) as data_as_of
    from stations
    group by period_start, period_end
)

select * from final
