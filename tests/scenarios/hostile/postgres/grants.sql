GRANT USAGE ON SCHEMA shop_1, shopx1, "Shop_2", "sel""ect %_' \ größe" TO :"application";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop_1, shopx1, "Shop_2", "sel""ect %_' \ größe" TO :"application";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop_1 TO :"application";
