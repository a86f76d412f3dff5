{{ config(severity='warn') }}

-- depends_on: {{ ref('stg_platform__batch_slices') }}

-- Codes of calls that no reference table knows, in one scan. A warning: a new dong or class must
-- not stop the whole warehouse. Districts are checked on the daily fact. A whole build looks at
-- all calls, any other at the newest deliveries: the older ones were looked at when they came.
with calls as (
    select
        dong_code,
        event_class_code,
        end_code,
        count(*) as call_count
    from {{ ref('fct_112_calls') }}
    {% if not flags.FULL_REFRESH %}
        where batch_id = any(array(
            select slices.batch_id
            from {{ ref('stg_platform__batch_slices') }} as slices
            where slices.source_id = 'police_112_calls'
            order by slices.batch_id desc
            limit {{ var('newest_batches_checked') }}
        ))
    {% endif %}
    group by dong_code, event_class_code, end_code
)

select calls.*
from calls
left join {{ ref('dim_dong') }} as dongs
    on calls.dong_code = dongs.dong_code
left join {{ ref('dim_event_class_112') }} as event_classes
    on calls.event_class_code = event_classes.event_class_code
left join {{ ref('dim_end_code_112') }} as end_codes
    on calls.end_code = end_codes.end_code
where
    dongs.dong_code is null
    or event_classes.event_class_code is null
    or (calls.end_code is not null and end_codes.end_code is null)
