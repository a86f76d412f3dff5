-- Information, no verdict: the police's event feed counts by day of report and is corrected by
-- month, the yearly statistic is closed on a day of its own.
with incidents as (
    select
        district_code,
        extract(year from month)::smallint as year,
        crime_group,
        count(*) as incident_count
    from {{ ref('fct_crime_incidents') }}
    where is_five_major
    group by district_code, extract(year from month), crime_group
),

published as (
    select
        district_code,
        year,
        crime_group,
        sum(incident_count) as published_count
    from {{ ref('fct_crimes_by_region') }}
    where is_five_major
    group by district_code, year, crime_group
),

delivered as (
    select
        left(slice_key, 4)::smallint as year,
        count(*) as delivered_month_count
    from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_crime_incidents' and not is_superseded
    group by left(slice_key, 4)
),

-- Years that only one of the two sources tells stay in: the other side is empty, not zero.
final as (
    select
        coalesce(published.district_code, incidents.district_code) as district_code,
        coalesce(published.year, incidents.year) as year,
        coalesce(published.crime_group, incidents.crime_group) as crime_group,
        published.published_count,
        case
            when delivered.year is not null then coalesce(incidents.incident_count, 0)
        end as incident_count,
        case
            when delivered.year is not null
                then coalesce(incidents.incident_count, 0) - published.published_count
        end as difference_count,
        coalesce(delivered.delivered_month_count, 0) as delivered_month_count
    from published
    full outer join incidents
        on
            published.district_code = incidents.district_code
            and published.year = incidents.year
            and published.crime_group = incidents.crime_group
    left join delivered
        on coalesce(published.year, incidents.year) = delivered.year
)

select * from final
