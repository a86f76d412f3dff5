-- One row per map cell with an incident inside a crime-prevention zone with works: when the first of
-- these works were completed.
select
    incidents.h3_cell as unit,
    min(zones.works_completed_on) as started_on
from intermediate.int_crime_incidents__located as incidents
inner join marts.fct_crime_zones as zones
    on incidents.zone_id = zones.zone_id
where
    incidents.h3_cell is not null
    and zones.works_completed_on is not null
group by incidents.h3_cell
order by unit
