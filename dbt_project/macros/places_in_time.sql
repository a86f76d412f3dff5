{#
    Places with the dates between which they existed (null: always), for grids in which a station
    stands only in its own periods.

    place_types: any of district, station and city, in this order.
#}
{% macro places_in_time(place_types) -%}
    {%- for place_type in place_types %}
        {%- if not loop.first %}
    union all
        {%- endif %}
    select
        '{{ place_type }}' as place_type,
        {%- if place_type == 'city' %}
        '26' as place_code,
    {%- else %}
            {{ place_type }}_code as place_code,
        {%- endif %}
        {%- if place_type == 'station' %}
        valid_from,
        valid_to
    {%- else %}
        null::date as valid_from,
        null::date as valid_to
        {%- endif %}
        {%- if place_type != 'city' %}
    from {{ ref('dim_' ~ place_type) }}
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
