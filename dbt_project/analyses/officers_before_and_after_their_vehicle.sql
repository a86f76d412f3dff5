-- How many households does an abuse prevention officer watch, before and after the station got its
-- vehicle? Look out: a before-after comparison of stations that were chosen, with no control; it
-- describes the roll-out and is no effect of the vehicle.
with hand_overs as (
    select
        station_code,
        min(vehicle_handed_over_on) as handed_over_on
    from marts.fct_apo_workloads
    group by station_code
)

select
    stations.name_ko,
    hand_overs.handed_over_on,
    coalesce(workloads.reference_date >= hand_overs.handed_over_on, false) as has_vehicle,
    count(*) as quarter_count,
    round(
        sum(workloads.monitored_household_count)::numeric / nullif(sum(workloads.officer_count), 0),
        1
    ) as households_per_officer,
    sum(workloads.driven_km) as driven_km
from marts.fct_apo_workloads as workloads
inner join hand_overs
    on workloads.station_code = hand_overs.station_code
inner join marts.dim_station as stations
    on workloads.station_code = stations.station_code
group by
    stations.name_ko,
    hand_overs.handed_over_on,
    coalesce(workloads.reference_date >= hand_overs.handed_over_on, false)
order by stations.name_ko, has_vehicle
