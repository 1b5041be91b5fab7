# What the ledger says of packages, or a receipt: a line for each, of what
# must be as in the undisturbed run: event or state, id, package, instances.
# (jq would say the same, ten times slower: this is asked of each image.)
# A line or a file that is not whole says nothing.
BEGIN { FS = "\"" }

function text(key,   i) {	# of a compact line
	for (i = 2; i < NF; i += 2)
		if ($i == key && $(i + 1) == ":")
			return $(i + 2)
	return ""
}

FILENAME ~ /\.jsonl$/ {
	if ($0 !~ /^\{"seq":[0-9]+,.*\}$/)
		next
	event = text("event")
	if (event ~ /^(started|ended|repaired|recovered)$/)
		next
	line = event "\t" text("id") "\t" text("package")
	for (i = 2; i < NF; i += 2)
		if ($i == "path")
			line = line "\t" $(i + 2)
	print line
	next
}

/^\{/ { state = id = package = made = "" }
/^  "state": / { state = $4 }
/^  "id": / { id = $4 }
/^  "package": / { package = $4 }
/^    "[^"]*",?$/ { made = made "\t" $2 }
/^\}/ { print state "\t" id "\t" package made }
