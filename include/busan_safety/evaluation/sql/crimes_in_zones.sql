-- One row per zone with works and enough delivered months on either side: five major crimes inside,
-- in the ring of 200 m and in the rest of its district, which is what the police put into no zone,
-- less the ring: other zones had works, too. Up to 12 months a side; where a month was not delivered
-- it is missing from the zone and from its comparison alike.
select
    zone_id as unit,
    district_code,
    completion_month as works_on,
    window_start,
    window_end,
    inside_before_count as inside_before,
    inside_after_count as inside_after,
    ring_before_count as ring_before,
    ring_after_count as ring_after,
    greatest(outside_before_count - ring_before_count, 0) as rest_before,
    greatest(outside_after_count - ring_after_count, 0) as rest_after
from intermediate.int_crime_zones__compared
where
    delivered_before_month_count >= %(minimum_months)s
    and delivered_after_month_count >= %(minimum_months)s
    and window_start >= %(study_from)s
    and window_end <= %(study_to)s
order by unit
