-- Which districts have neither dog patrols nor many volunteers' hours? Look out: not_applicable
-- means that no dog team walked there, not_reported that nobody told; the two are not the same.
select
    districts.name_ko,
    patrols.indicator_id,
    count(*) filter (where patrols.value_status in ('observed', 'provisional')) as month_count,
    count(*) filter (where patrols.value_status = 'not_applicable') as month_without_team_count,
    count(*) filter (where patrols.value_status = 'not_reported') as month_unknown_count,
    round(avg(patrols.value), 2) as mean_of_months
from marts.fct_indicator_value as patrols
inner join marts.dim_district as districts
    on patrols.place_code = districts.district_code
where
    patrols.indicator_id in ('dog_patrol_intensity', 'volunteer_patrol_hours_rate')
    and patrols.place_type = 'district'
group by districts.name_ko, patrols.indicator_id
order by patrols.indicator_id, month_count, mean_of_months
