-- One row per signalised crossing with a traffic count: accidents over the delivered years of the
-- study period. A crossing with the treatment is treated from its first installation on; one
-- without any facility is a reference; one that got other facilities is neither: those chosen for
-- their accidents carry much of what happens, and their effect would be counted as this one's.
-- What stood before the study period changes nothing in it and is let be. `common` is the
-- time before anybody's installation; `early` and `late` cut the references' period at the median
-- installation.
with

years as (
    select
        make_date(split_part(slices.slice_key, '|', 1)::integer, 1, 1) as first_on,
        make_date(split_part(slices.slice_key, '|', 1)::integer, 12, 31) as last_on
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_traffic_accidents'
        -- Of the two registers only the police's own names the crossing.
        and split_part(slices.slice_key, '|', 2) = 'police_events'
        and not slices.is_superseded
),

period as (
    select
        greatest(min(first_on), %(study_from)s) as first_on,
        least(max(last_on), %(study_to)s) as last_on
    from years
    where last_on >= %(study_from)s and first_on <= %(study_to)s
),

facilities as (
    select
        crossing_id,
        max(daily_vehicle_count) as daily_vehicle_count,
        min(installed_on) filter (where facility_kind = %(treatment)s) as installed_on,
        bool_or(facility_kind = %(treatment)s) as is_treated,
        bool_or(facility_kind <> '신호교차로' and facility_kind <> %(treatment)s) as has_others,
        bool_or(
            facility_kind <> '신호교차로'
            and facility_kind <> %(treatment)s
            and (installed_on is null or installed_on >= %(study_from)s)
        ) as got_others
    from marts.fct_signal_facilities
    where crossing_id is not null
    group by crossing_id
),

sites as (
    select
        facilities.crossing_id,
        facilities.daily_vehicle_count,
        facilities.installed_on,
        period.first_on,
        period.last_on
    from facilities
    cross join period
    where
        facilities.daily_vehicle_count > 0
        and period.first_on is not null
        and (
            (
                facilities.is_treated
                and facilities.installed_on is not null
                and not facilities.got_others
            )
            or (not facilities.is_treated and not facilities.has_others)
        )
),

cut as (
    select
        percentile_disc(0.5) within group (order by installed_on) as cut_on,
        min(installed_on) as first_installed_on
    from sites
),

accidents as (
    select
        crossing_id,
        accident_date
    from marts.fct_traffic_accidents
    where
        crossing_id is not null
        and (%(offenders)s = 'any' or offender_kind in ('이륜', '원동기'))
)

select
    sites.crossing_id as unit,
    sites.installed_on,
    sites.first_on,
    sites.last_on,
    sites.daily_vehicle_count,
    count(*) filter (
        where accidents.accident_date >= sites.first_on
        and accidents.accident_date < cut.first_installed_on
    ) as common_count,
    greatest(cut.first_installed_on - sites.first_on, 0) as common_days,
    count(*) filter (
        where accidents.accident_date >= sites.first_on
        and accidents.accident_date < sites.installed_on
    ) as before_count,
    greatest(sites.installed_on - sites.first_on, 0) as before_days,
    count(*) filter (
        where accidents.accident_date > sites.installed_on
        and accidents.accident_date <= sites.last_on
    ) as after_count,
    greatest(sites.last_on - sites.installed_on, 0) as after_days,
    count(*) filter (
        where accidents.accident_date between sites.first_on and cut.cut_on
    ) as early_count,
    greatest(cut.cut_on - sites.first_on + 1, 0) as early_days,
    count(*) filter (
        where accidents.accident_date > cut.cut_on
        and accidents.accident_date <= sites.last_on
    ) as late_count,
    greatest(sites.last_on - cut.cut_on, 0) as late_days
from sites
cross join cut
left join accidents
    on sites.crossing_id = accidents.crossing_id
group by
    sites.crossing_id,
    sites.installed_on,
    sites.first_on,
    sites.last_on,
    sites.daily_vehicle_count,
    cut.cut_on,
    cut.first_installed_on
order by unit
