-- One row per zone with works and enough delivered months on either side: five major crimes inside,
-- in the ring of 200 m and in the rest of its district, which is what the police put into no zone,
-- less the ring: other zones had works, too. Up to 12 months a side; where a month was not delivered
-- it is missing from the zone and from its comparison alike, and a window ends where deliveries end.
select
    zones.zone_id as unit,
    zones.district_code,
    zones.completion_month as works_on,
    greatest(zones.window_start, zones.oldest_date) as window_start,
    least(zones.window_end, zones.newest_date) as window_end,
    zones.inside_before_count as inside_before,
    zones.inside_after_count as inside_after,
    zones.ring_before_count as ring_before,
    zones.ring_after_count as ring_after,
    greatest(zones.outside_before_count - zones.ring_before_count, 0) as rest_before,
    greatest(zones.outside_after_count - zones.ring_after_count, 0) as rest_after
from intermediate.int_crime_zones__compared as zones
where
    zones.delivered_before_month_count >= %(minimum_months)s
    and zones.delivered_after_month_count >= %(minimum_months)s
    and zones.window_start >= %(study_from)s
    and zones.window_end <= %(study_to)s
order by unit
