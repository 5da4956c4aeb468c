# shellcheck shell=bash
# Runs on ns1 as the pdns user (root would leave root-owned LMDB files) before pdns first starts: z1.example to
# z50.example, five of them signed, a TSIG key and a metadata entry.
file=$(mktemp)
trap 'rm -f "$file"' EXIT
quietly() { "$@" >"$file.log" 2>&1 || { cat "$file.log" >&2; exit 1; }; }

for number in $(seq 50); do
  zone=z$number.example
  cat >"$file" <<Z
@ 3600 IN SOA ns1.$zone. hostmaster.$zone. $((2026010100 + number)) 10800 3600 604800 300
@ 3600 IN NS ns1.$zone.
@ 3600 IN NS ns2.$zone.
@ 3600 IN MX 10 mail.$zone.
@ 300 IN TXT "v=spf1 mx -all" "zone $number"
ns1 300 IN A 192.0.2.254
ns2 300 IN A 192.0.2.253
mail 300 IN AAAA 2001:db8::$number
www 300 IN A 192.0.2.$number
alias 300 IN CNAME www.$zone.
*.wild 300 IN TXT "a \"quoted\" word; and a \\\\ backslash"
_dns._udp 300 IN SRV 0 5 53 ns1.$zone.
Z
  quietly pdnsutil load-zone "$zone" "$file"
done
for number in 1 2 3 4 5; do quietly pdnsutil secure-zone "z$number.example"; done
quietly pdnsutil set-nsec3 z2.example '1 0 0 -'
quietly pdnsutil rectify-zone z2.example
quietly pdnsutil generate-tsig-key labkey hmac-sha256
quietly pdnsutil set-meta z6.example ALLOW-AXFR-FROM 192.0.2.0/24
rm -f "$file.log"
