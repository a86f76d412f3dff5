{#
    The columns together are never null and never repeat.

    Where the database itself enforces a primary key on these columns (contracts of marts and
    published models) the key's existence is checked and the rows are not scanned again.

    batches, source_id: for views over the rows of every day, check the newest deliveries only
    (var newest_batches_checked): the older ones were checked when they were new.
#}
{% test primary_key(model, columns, batches=none, source_id=none) %}
    {%- set is_enforced = false -%}
    {%- if execute -%}
        {%- set found = run_query(enforced_primary_key(model)) -%}
        {%- set is_enforced = (found.rows | length > 0)
            and (found.rows[0][0] == (columns | sort | join(','))) -%}
    {%- endif -%}
    {%- if is_enforced %}
    select 1 as repeated
    where false
    {%- else %}
    select {{ columns | join(', ') }}
    from {{ model }}
    {%- if batches %}
    where batch_id = any(array(
        select batch_id from {{ batches }}
        where source_id = '{{ source_id }}'
        order by batch_id desc
        limit {{ var('newest_batches_checked') }}
    ))
    {%- endif %}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns %}
        or bool_or({{ column }} is null)
        {%- endfor %}
    {%- endif %}
{% endtest %}
