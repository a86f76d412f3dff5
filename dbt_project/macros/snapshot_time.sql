{# Moments with their zone: dbt's own would be without, in whatever zone the session has. #}
{% macro postgres__snapshot_get_time() -%}
    current_timestamp
{%- endmacro %}
