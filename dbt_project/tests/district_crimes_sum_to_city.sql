-- The districts' counts of a month add up to all incidents of that month: a district that the
-- grid does not know would be lost. Each quarter is the sum of its months.
with incidents as (
    select
        month,
        count(*) as incident_count,
        count(*) filter (where is_five_major) as five_major_count
    from {{ ref('fct_crime_incidents') }}
    group by month
),

periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter')
),

expected as (
    select
        periods.period_type,
        periods.period_start,
        sum(incidents.incident_count) as incident_count,
        sum(incidents.five_major_count) as five_major_count
    from incidents
    inner join periods
        on
            incidents.month >= periods.period_start
            and incidents.month <= periods.period_end
    group by periods.period_type, periods.period_start
),

measured as (
    select
        place_type,
        period_type,
        period_start,
        sum(incident_count) as incident_count,
        sum(five_major_count) as five_major_count
    from {{ ref('fct_measures_crime_incidents') }}
    group by place_type, period_type, period_start
),

sides as (
    select
        expected.*,
        place.place_type
    from expected
    cross join (values ('district'), ('city')) as place (place_type)
)

select
    sides.place_type,
    sides.period_type,
    sides.period_start,
    sides.incident_count,
    measured.incident_count as measured_incident_count
from sides
left join measured
    on
        sides.place_type = measured.place_type
        and sides.period_type = measured.period_type
        and sides.period_start = measured.period_start
where
    sides.incident_count is distinct from measured.incident_count
    or sides.five_major_count is distinct from measured.five_major_count
