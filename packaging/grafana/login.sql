-- The login of Grafana: it reads what gordon_reader reads, and nothing else. Harmless to repeat.
SELECT 'CREATE ROLE gordon_reader' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gordon_reader')\gexec
SELECT 'CREATE ROLE grafana LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana')\gexec
ALTER ROLE grafana LOGIN PASSWORD :'password' CONNECTION LIMIT 10;
ALTER ROLE grafana SET default_transaction_read_only = on;
ALTER ROLE grafana SET statement_timeout = '30s';
GRANT gordon_reader TO grafana;
