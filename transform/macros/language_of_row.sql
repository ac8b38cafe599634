{#-
  The language of the row `landed`, whose store is `stores`: what a plugin says, else, where the store has a language plugin
  that keeps it from rows (Polylang without its paid part), what the address says: /de/product/..., de.store.example, ?lang=de.
  An address that says nothing is of the store's own language.
-#}
{% macro language_of_row() -%}
    coalesce(
        nullif(btrim({{ json_text("landed.extra_fields -> 'lang'") }}), ''),
        (
            select of_row.language
            from jsonb_each(
                case when jsonb_typeof(landed.extra_fields -> 'translations') = 'object' then landed.extra_fields -> 'translations' end
            ) as of_row (language, id)
            where {{ json_text('of_row.id') }} = landed.product_id::text
            limit 1
        ),
        case
            when stores.namespaces ?| array['pll/v1', 'wpml/v1'] and landed.permalink !~ '[?&](p|page_id|product_id)=' then
                coalesce(
                    substring(landed.permalink from '[?&]lang=([A-Za-z]{2,3}([-_][A-Za-z]{2,4})?)(&|#|$)'),
                    substring(
                        regexp_replace(replace(landed.permalink, rtrim(stores.home, '/'), ''), '^https?://[^/]+', '')
                        from '^/([a-z]{2,3}(?:-[a-z]{2,4})?)/[^/?]'
                    ),
                    case
                        when substring(landed.permalink from '^https?://([^/]+)') <> substring(stores.home from '^https?://([^/]+)')
                            then substring(landed.permalink from '^https?://([a-z]{2})\.')
                    end,
                    lower(substring(stores.language from '^[A-Za-z]{2,3}'))
                )
        end
    )
{%- endmacro %}
