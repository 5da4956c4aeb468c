module runbook-lab-lightningstream

go 1.24

require github.com/PowerDNS/lightningstream v1.0.0
