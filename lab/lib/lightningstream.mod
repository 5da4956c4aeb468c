module runbook-lab-lightningstream

go 1.24.13

require github.com/PowerDNS/lightningstream v1.0.0

// As in the required module's own go.mod, where a replace only counts for its own builds:
// https://github.com/PowerDNS/lightningstream/issues/112
replace github.com/CrowdStrike/csproto => github.com/wojas/csproto v0.0.0-20260107092112-0e013c7984a2
