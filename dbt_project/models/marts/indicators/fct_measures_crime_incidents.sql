with incidents as (
    select * from {{ ref('fct_crime_incidents') }}
),

weights as (
    select * from {{ ref('crime_harm_weights') }}
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_crime_incidents' and not is_superseded
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter')
),

population as (
    select * from {{ ref('int_population__averaged') }}
),

-- The police deliver whole months of the whole city.
delivered_months as (
    select
        (slices.slice_key || '-01')::date as month,
        bool_or(batches.is_synthetic) as is_synthetic
    from slices
    inner join batches
        on slices.batch_id = batches.batch_id
    group by slices.slice_key
),

delivered_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        bool_or(is_synthetic) as is_synthetic
    from delivered_months
),

periods as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        count(delivered_months.month) as delivered_month_count,
        max(delivered_months.month) as newest_month,
        case dim_period.period_type when 'month' then 1 else 3 end as month_count,
        delivered_range.last_month,
        delivered_range.is_synthetic
    from delivered_range
    inner join dim_period
        on
            delivered_range.first_month <= dim_period.period_end
            and delivered_range.last_month >= dim_period.period_start
    left join delivered_months
        on
            dim_period.period_start <= delivered_months.month
            and dim_period.period_end >= delivered_months.month
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_range.last_month,
        delivered_range.is_synthetic
),

months as (
    select
        incidents.district_code,
        incidents.month,
        count(*) as incident_count,
        count(*) filter (where incidents.is_five_major) as five_major_count,
        count(*) filter (
            where incidents.is_five_major and incidents.crime_group <> 'theft'
        ) as violent_count,
        count(*) filter (where incidents.crime_group = 'theft') as theft_count,
        count(*) filter (
            where incidents.is_five_major and incidents.is_night and incidents.place_kind = '노상'
        ) as street_night_count,
        count(*) filter (where incidents.is_abnormal_motive) as abnormal_motive_count,
        coalesce(sum(weights.weight_days), 0) as harm_days
    from incidents
    left join weights
        on incidents.crime_group = weights.crime_group
    group by incidents.district_code, incidents.month
),

-- A clearance counts in the month of its own day, whenever the crime was reported.
clearances as (
    select
        district_code,
        date_trunc('month', cleared_on)::date as month,
        count(*) as cleared_count
    from incidents
    where is_five_major and cleared_on is not null
    group by district_code, date_trunc('month', cleared_on)
),

district_months as (
    select
        district_code,
        month,
        incident_count,
        five_major_count,
        violent_count,
        theft_count,
        street_night_count,
        abnormal_motive_count,
        harm_days,
        0 as cleared_count
    from months
    union all
    select
        district_code,
        month,
        0 as incident_count,
        0 as five_major_count,
        0 as violent_count,
        0 as theft_count,
        0 as street_night_count,
        0 as abnormal_motive_count,
        0 as harm_days,
        cleared_count
    from clearances
),

-- In a delivered period no incident means zero; months without delivery say nothing.
counted as (
    select
        periods.period_type,
        periods.period_start,
        district_months.district_code,
        sum(district_months.incident_count)::bigint as incident_count,
        sum(district_months.five_major_count)::bigint as five_major_count,
        sum(district_months.violent_count)::bigint as violent_count,
        sum(district_months.theft_count)::bigint as theft_count,
        sum(district_months.street_night_count)::bigint as street_night_count,
        sum(district_months.abnormal_motive_count)::bigint as abnormal_motive_count,
        sum(district_months.cleared_count)::bigint as cleared_count,
        sum(district_months.harm_days)::bigint as harm_days
    from periods
    inner join district_months
        on
            district_months.month between periods.period_start and periods.period_end
    inner join delivered_months
        on district_months.month = delivered_months.month
    group by periods.period_type, periods.period_start, district_months.district_code
),

districts as (
    select
        'district' as place_type,
        dim_district.district_code as place_code,
        periods.period_type,
        case when periods.delivered_month_count > 0 then coalesce(counted.incident_count, 0) end
            as incident_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.five_major_count, 0) end
            as five_major_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.violent_count, 0) end
            as violent_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.theft_count, 0) end
            as theft_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.street_night_count, 0) end
            as street_night_count,
        case
            when periods.delivered_month_count > 0 then coalesce(counted.abnormal_motive_count, 0)
        end as abnormal_motive_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.cleared_count, 0) end
            as cleared_count,
        case when periods.delivered_month_count > 0 then coalesce(counted.harm_days, 0) end
            as harm_days,
        population.mean_resident_count,
        periods.delivered_month_count,
        periods.delivered_month_count > 0 as is_reported,
        periods.delivered_month_count < periods.month_count as is_partial_period,
        coalesce(population.is_final, false) as is_population_final,
        periods.is_synthetic,
        periods.period_start,
        periods.period_end,
        (coalesce(periods.newest_month, periods.last_month) + interval '1 month - 1 day')::date
            as data_as_of
    from periods
    cross join dim_district
    left join counted
        on
            periods.period_type = counted.period_type
            and periods.period_start = counted.period_start
            and dim_district.district_code = counted.district_code
    left join population
        on
            periods.period_type = population.period_type
            and periods.period_start = population.period_start
            and dim_district.district_code = population.district_code
),

-- Crimes of abnormal motivation are told for the whole city only.
final as (
    select
        place_type,
        place_code,
        period_type,
        incident_count,
        five_major_count,
        violent_count,
        theft_count,
        street_night_count,
        null::bigint as abnormal_motive_count,
        cleared_count,
        harm_days,
        mean_resident_count,
        delivered_month_count,
        is_reported,
        is_partial_period,
        is_population_final,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from districts
    union all
    select
        'city' as place_type,
        '26' as place_code,
        period_type,
        sum(incident_count)::bigint as incident_count,
        sum(five_major_count)::bigint as five_major_count,
        sum(violent_count)::bigint as violent_count,
        sum(theft_count)::bigint as theft_count,
        sum(street_night_count)::bigint as street_night_count,
        sum(abnormal_motive_count)::bigint as abnormal_motive_count,
        sum(cleared_count)::bigint as cleared_count,
        sum(harm_days)::bigint as harm_days,
        sum(mean_resident_count) as mean_resident_count,
        max(delivered_month_count) as delivered_month_count,
        bool_and(is_reported) as is_reported,
        bool_or(is_partial_period) as is_partial_period,
        bool_and(is_population_final) as is_population_final,
        bool_or(is_synthetic) as is_synthetic,
        period_start,
        period_end,
        max(data_as_of) as data_as_of
    from districts
    group by period_type, period_start, period_end
)

select * from final
