-- One row for those who took part and one for those who did not: persons followed long enough,
-- those reported again within the follow-up, and those not followed as long. A person is followed
-- up to the newest date in the records, and counts once, from the first start.
with

followed_to as (
    select greatest(max(started_on), max(meeting_on), max(rereported_on)) as day
    from marts_restricted.fct_victim_support
),

persons as (
    select distinct on (person_id)
        participation = '참여' as is_participant,
        started_on,
        rereported_on
    from marts_restricted.fct_victim_support
    where
        support_kind = '희망드림'
        and participation is not null
        and started_on between %(study_from)s and %(study_to)s
    order by person_id, started_on
)

select
    persons.is_participant,
    count(*) filter (
        where persons.started_on + %(follow_up_days)s::integer <= followed_to.day
    ) as person_count,
    count(*) filter (
        where persons.started_on + %(follow_up_days)s::integer <= followed_to.day
        and persons.rereported_on <= persons.started_on + %(follow_up_days)s::integer
    ) as event_count,
    count(*) filter (
        where persons.started_on + %(follow_up_days)s::integer > followed_to.day
    ) as not_followed_count,
    min(persons.started_on) as first_on,
    max(persons.started_on) as last_on
from persons
cross join followed_to
group by persons.is_participant
