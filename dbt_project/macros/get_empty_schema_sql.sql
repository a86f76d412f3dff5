{#
    dbt's own macro warns of every `numeric` without precision. In PostgreSQL such a column keeps
    each value exactly, which is what published numbers need, so the check is left out here.
#}
{% macro postgres__get_empty_schema_sql(columns) -%}
    select
    {%- for name in columns %}
        {%- set column = columns[name] %}
        {%- if column["data_type"] is not defined %}
            {{- exceptions.column_type_missing(column_names=[column["name"]]) }}
        {%- endif %}
        cast(null as {{ column["data_type"] }}) as {{ column["name"] }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
