{{ of_live_products('prices') }}
