{# Columns of the primary key that the database enforces on a relation, sorted and joined. #}
{% macro enforced_primary_key(relation) %}
    select string_agg(attribute.attname, ',' order by attribute.attname collate "C")
    from pg_catalog.pg_index as index
    inner join pg_catalog.pg_attribute as attribute
        on
            index.indrelid = attribute.attrelid
            and attribute.attnum = any(index.indkey)
    where index.indisprimary and index.indrelid = to_regclass('{{ relation }}')
    having count(*) > 0
{% endmacro %}
