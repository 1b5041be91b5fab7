# flerapp: build, test, install. One file; `make help` lists the targets.
#
# The list of sources of a program is its privilege line: only flerapp-worker
# links the parsers (libarchive, libxml2, jansson, libcsv); of libcsv flerapp
# has the writer. `make layers` checks the includes and the finished programs.

CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
PKG_CONFIG ?= pkg-config

# SAN=1 builds with AddressSanitizer and UBSan into its own folder.
BUILD ?= build$(if $(SAN),-san)$(if $(filter clang%,$(CC)),-clang)
BIN = $(BUILD)/bin
OBJ = $(BUILD)/obj

VERSION := 0.1.0

cf_protection := $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)

# What the code needs, apart from the user's CFLAGS.
need_cflags = -std=c17 -D_GNU_SOURCE -DFLERAPP_VERSION='"$(VERSION)"' -I. \
	-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes $(if $(WERROR),-Werror) \
	-fPIE -fstack-protector-strong $(cf_protection) -MMD -MP
need_ldflags = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
ifdef SAN
san_flags := -fsanitize=address,undefined -fno-sanitize-recover=all
need_cflags += $(san_flags) -fno-omit-frame-pointer
need_ldflags += -fsanitize=address,undefined
need_cflags += $(if $(FUZZ),-fsanitize=fuzzer-no-link)
else
need_cflags += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
# COV=1, with clang, counts what is reached: make coverage.
ifdef COV
need_cflags += -fprofile-instr-generate -fcoverage-mapping
need_ldflags += -fprofile-instr-generate
endif

xml_cflags := $(shell $(PKG_CONFIG) --cflags libxml-2.0 2>/dev/null)
libs_plain = -lcrypto
libs_parser = -larchive -lxml2 -ljansson -lcsv -lcrypto

# ------------------------------------------------------------------ sources

# Knows no package: memory, text, numbers, settings, files.
base = spool/mem spool/buf spool/arena spool/err spool/fault spool/number \
	spool/text spool/digest spool/finding spool/id spool/json spool/ini \
	spool/fsx spool/conf spool/listing

# The truth on disk, and the worker crew as seen from outside.
proof = spool/base64 spool/merkle spool/note spool/key spool/seals spool/verify
ledger = spool/stamp spool/state spool/record spool/lines spool/ledger \
	$(proof) spool/seen spool/books
tree = spool/receipt spool/spool spool/marks spool/copy spool/sum spool/intake \
	spool/original spool/settle spool/made spool/entry spool/commit \
	spool/removal spool/unfinished spool/recover spool/tally
accounts = spool/account spool/account_outbox
crewing = spool/wire spool/worker spool/jobs spool/house spool/weigh spool/crew \
	spool/crew_hear spool/crew_blame spool/crew_ask
truth = spool/answer $(ledger) $(tree) $(accounts) $(crewing) spool/log \
	spool/earlier spool/working spool/tray spool/batch
running = spool/progress spool/run

# What an instance must look like.
look_xsd = schemas/dom schemas/xsd schemas/xsd_locate schemas/xsd_pattern \
	schemas/xsd_write
look_model = schemas/value schemas/lexical schemas/model schemas/model_read \
	schemas/model_part schemas/model_simple schemas/model_content \
	schemas/model_attributes
look = $(look_xsd) $(look_model) schemas/jsonin schemas/jsonline \
	schemas/moment schemas/instance schemas/appmeta schemas/app

# Reading and checking a package.
reading_package = watcher/source watcher/member watcher/zipdir \
	watcher/zipcheck watcher/pax watcher/tarcheck watcher/container \
	watcher/laerr watcher/crc watcher/tarstream watcher/unpack \
	watcher/entryname watcher/package
reading_form = watcher/take watcher/kept watcher/lenient watcher/xmlhead \
	watcher/xmlerr watcher/form
reading = $(reading_package) watcher/sums $(reading_form) watcher/rules \
	watcher/check

# Routes, owners, map, output.
origin = transform/expression transform/origin transform/origin_values \
	transform/origin_facts
map = transform/map transform/map_nodes transform/map_target
prove = transform/prove transform/prove_sources transform/prove_counts \
	transform/prove_types transform/prove_codes transform/prove_files \
	transform/prove_shown transform/prove_owner
making = transform/csv transform/dated transform/codes transform/rewrite \
	transform/convert transform/owner transform/units \
	$(origin) $(map) transform/route $(prove) \
	transform/config transform/fill transform/document transform/plan \
	transform/plan_attach transform/output transform/papers transform/deliver

# What flerapp has the worker answer itself: map check, explain, init, import.
proposing = transform/alike transform/draft transform/guess
asking = $(proposing) transform/propose transform/adopt transform/explain \
	transform/explain_text transform/explain_json transform/ask

looking = spool/desk spool/dossier spool/replay spool/incoming spool/reread spool/stored \
	spool/bundle spool/multipart
reporting = spool/whole spool/report_flow spool/report spool/report_parts \
	spool/sheet spool/report_csv spool/report_json spool/report_cells spool/report_head \
	spool/report_chart spool/report_items spool/report_runs \
	spool/report_html spool/report_text spool/cmd_report
purging = spool/overdue spool/purge spool/cmd_purge
doctoring = spool/doctor spool/doctor_config spool/doctor_system \
	spool/doctor_spool spool/doctor_books spool/doctor_retention spool/cmd_doctor
verbs = spool/cmd_run spool/cmd_check spool/cmd_map spool/cmd_package \
	spool/cmd_status spool/cmd_list spool/cmd_show spool/cmd_multipart \
	spool/cmd_move spool/cmd_replay spool/seal spool/cmd_ledger spool/cmd_seal \
	spool/cmd_export $(purging) $(reporting) $(doctoring)
src_flerapp = $(base) $(truth) $(running) $(looking) spool/args spool/cmd \
	$(verbs) spool/flerapp
src_flerapp-watch = $(base) $(truth) spool/args spool/notify watcher/wake \
	watcher/watch
src_flerapp-transform = $(base) $(truth) $(running) transform/transform
src_flerapp-worker = $(base) spool/answer spool/earlier spool/wire spool/sandbox \
	spool/sandbox_files spool/sandbox_calls spool/state spool/log \
	$(look) $(reading) $(making) transform/prove_report $(asking) transform/worker

programs = flerapp flerapp-watch flerapp-transform flerapp-worker
libs_flerapp = -lcsv $(libs_plain)
libs_flerapp-watch = $(libs_plain)
libs_flerapp-transform = $(libs_plain)
libs_flerapp-worker = $(libs_parser) -lseccomp

# One line per unit test: the modules it needs and nothing else, so that the
# test proves the layering. The libraries follow from the modules.
test_number = spool/number
test_text = spool/text spool/number spool/buf spool/mem
test_json = spool/json spool/buf spool/mem
test_id = spool/id spool/number spool/text spool/buf spool/mem
test_ini = spool/ini spool/fault spool/buf spool/mem
test_conf = $(base)
test_finding = spool/finding spool/text spool/number spool/arena spool/buf \
	spool/mem
read_table = transform/csv spool/fsx spool/err spool/fault spool/text \
	spool/number spool/arena spool/buf spool/mem
test_csv = $(read_table)
test_dated = transform/dated $(read_table)
test_codes = transform/codes transform/dated $(read_table)
test_convert = transform/convert transform/rewrite transform/codes \
	transform/dated $(read_table)
test_units = transform/units $(read_table)
test_owner = transform/owner transform/dated spool/digest spool/finding \
	spool/id $(read_table)
test_source = watcher/source spool/digest spool/buf spool/mem
test_sums = watcher/sums spool/id spool/number spool/text spool/arena \
	spool/buf spool/mem
test_zipcheck = tests/make_zip watcher/zipcheck watcher/zipdir watcher/member \
	watcher/source spool/digest spool/finding spool/number spool/text \
	spool/arena spool/buf spool/mem
read_package_modules = $(reading_package) spool/id spool/digest \
	spool/finding spool/number spool/text spool/arena spool/buf spool/mem
read_package = tests/read_package $(read_package_modules)
test_package = tests/make_zip $(read_package)
test_package_tar = tests/make_tar $(read_package)
read_xsd = $(look_xsd) spool/fsx spool/err spool/fault spool/arena \
	spool/buf spool/mem
test_value = schemas/value schemas/lexical spool/buf spool/mem
test_xsd = $(read_xsd)
test_model = $(look_model) spool/text spool/number $(read_xsd)
tests = $(patsubst %,test_%,value xsd model)
test_jsonin = schemas/jsonin spool/number spool/buf spool/mem
test_moment = schemas/moment
test_instance = schemas/instance schemas/jsonin schemas/moment spool/finding \
	spool/id spool/number spool/text spool/arena spool/buf spool/mem
read_appmeta = schemas/appmeta schemas/jsonin schemas/jsonline spool/id spool/fault \
	spool/number spool/text spool/arena spool/buf spool/mem
test_appmeta = $(read_appmeta)
read_app = schemas/app schemas/appmeta schemas/jsonin schemas/jsonline $(look_model) \
	spool/ini spool/id spool/text spool/number $(read_xsd)
test_app = tests/scratch $(read_app)
test_xmlerr = watcher/xmlerr spool/buf spool/mem
test_xmlhead = watcher/xmlhead
test_kept = watcher/kept spool/arena spool/mem
test_lenient = watcher/lenient $(test_model)
tests += $(patsubst %,test_%,xmlhead kept lenient)
tests += $(patsubst %,test_%,jsonin moment instance appmeta app xmlerr)
test_take = watcher/take spool/arena spool/mem
read_form = tests/read_form $(reading_form) $(look_model) spool/finding \
	spool/text spool/number $(read_xsd)
test_form = $(read_form)
test_form_refused = $(read_form)
test_rules = watcher/rules spool/finding $(read_appmeta)
test_check = tests/read_form tests/make_zip $(look) $(reading) $(base)
tests += $(patsubst %,test_%,take form form_refused rules check)
tests += $(patsubst %,test_%,number text json id ini conf finding csv dated \
	codes convert owner units)
tests += $(patsubst %,test_%,source sums zipcheck package package_tar)
test_args = spool/args spool/err spool/buf spool/mem
test_log = spool/log spool/state spool/fault spool/fsx spool/err spool/text \
	spool/number spool/buf spool/mem
test_wake = watcher/wake spool/err spool/buf spool/mem
test_multipart = spool/multipart spool/digest spool/fsx spool/err spool/buf \
	spool/mem
test_stored = spool/stored spool/buf spool/mem
test_wire = spool/wire spool/answer spool/digest spool/finding spool/id spool/number \
	spool/text spool/arena spool/err spool/buf spool/mem
test_dossier = spool/dossier spool/record spool/state spool/json spool/id \
	spool/number spool/text spool/buf spool/mem
test_notify = spool/notify spool/buf spool/mem
tests += $(patsubst %,test_%,args log wire wake notify multipart stored \
	dossier)
test_sandbox = tests/attempt tests/forbidden spool/sandbox spool/sandbox_files spool/sandbox_calls \
	spool/fsx spool/err spool/buf spool/mem
tests += test_sandbox

playing = tests/scratch tests/play spool/answer spool/dossier spool/replay \
	spool/earlier spool/bundle spool/stored $(ledger) $(tree) \
	$(accounts) $(base)
test_recover = tests/killer tests/game $(playing)
test_power = tests/killer tests/game $(playing)
test_dropper = tests/killer tests/game $(playing)
tests += test_dropper
test_ledger = tests/scratch $(ledger) $(base)
test_books = $(ledger) $(base)
test_merkle = spool/merkle spool/digest spool/mem
test_note = spool/note spool/base64 spool/digest spool/buf spool/mem
test_key = tests/scratch spool/key spool/note spool/base64 $(base)
test_seal = tests/scratch tests/killer spool/seal $(ledger) $(base)
tests += $(patsubst %,test_%,merkle note key seal)
test_receipt = tests/scratch spool/receipt spool/state $(base)
test_intake = tests/scratch spool/intake spool/copy spool/sum spool/marks \
	spool/receipt spool/spool spool/state $(base)
test_commit = $(playing)
test_purge = tests/killer tests/game $(playing) spool/overdue spool/purge
test_account = $(playing)
test_earlier = spool/earlier spool/id spool/fsx spool/err spool/number \
	spool/text spool/buf spool/mem
test_replay = $(playing)
tests += $(patsubst %,test_%,account recover power purge ledger books receipt intake commit)
tests += $(patsubst %,test_%,earlier replay)

# The map and what it leads to, on the apps of tests/sample.
sampling = tests/scratch tests/sample watcher/take transform/csv \
	transform/dated transform/owner $(origin) $(look) $(base)
test_expression = transform/expression spool/buf spool/mem
test_origin = $(sampling)
mapping = $(sampling) transform/codes transform/rewrite transform/convert \
	$(map)
test_map = $(mapping)
test_fill = $(mapping) transform/fill
test_fill_watch = $(mapping) transform/fill
test_document = $(mapping) transform/fill transform/document
routing = $(mapping) transform/route
test_route = $(routing)
test_config = $(routing) $(prove) transform/config transform/units
test_alike = transform/alike spool/text spool/number spool/buf spool/mem
test_draft = transform/draft $(read_table)
drafting = tests/paired $(routing) $(prove) transform/config transform/units \
	$(proposing)
test_propose = $(drafting) transform/propose
test_adopt = $(drafting) transform/adopt
tests += $(patsubst %,test_%,fill_watch alike draft propose adopt)
test_listing = tests/scratch $(base)
test_output = tests/scratch transform/output spool/answer $(base)
test_papers = tests/scratch transform/output transform/papers spool/answer \
	$(base)
test_prove = $(routing) $(prove) transform/config transform/units
test_plan = $(routing) $(prove) transform/config transform/units transform/fill \
	transform/document transform/plan \
	transform/plan_attach spool/earlier $(reading_form) watcher/rules
test_deliver = tests/scratch tests/sample tests/make_zip spool/answer \
	spool/earlier $(look) $(reading) $(making) $(base)
test_attacks = tests/attacks tests/attacks_zip tests/attacks_tar \
	tests/attacks_form tests/attacks_json tests/make_zip tests/make_tar \
	tests/read_package spool/answer spool/earlier $(look) $(reading) \
	$(making) $(base)
tests += test_attacks
tests += $(patsubst %,test_%,expression origin map fill document listing \
	output route config papers plan deliver prove)

test_report = $(filter-out spool/whole spool/cmd_report,$(reporting)) \
	spool/removal \
	$(ledger) $(base)
tests += test_report

# Workers that lie, and what becomes of it; test_crew finds the liar beside it.
src_liar = $(base) spool/answer spool/wire spool/sandbox spool/sandbox_files \
	spool/sandbox_calls tests/lies tests/liar
test_crew = tests/scratch $(truth) $(base)
tests += test_crew
liar = $(BUILD)/tests/liar/flerapp-worker

# ------------------------------------------------------------------ targets

.PHONY: all help packages test-programs test-objects unit e2e layers check \
	test demo install clean
.DELETE_ON_ERROR:

all: $(programs:%=$(BIN)/%)

help:
	@echo 'make            the programs, in $(BIN)'
	@echo 'make packages   install the Debian packages that are missing'
	@echo 'make demo       set up, build, and run an example'
	@echo 'make test       set up, build, and pass the tests'
	@echo 'make check      layers, unit and end-to-end tests, sanitizers'
	@echo 'make bench      what it costs to verify the ledger, to hand out packages'
	@echo 'make fuzz       each fuzz target for FUZZ_SECONDS [60]'
	@echo 'make torture    the programs, struck at every call: about 40 minutes;'
	@echo '                then power cuts and full disks (torture-power): an hour'
	@echo 'make guest      the sandbox, on the kernel that Debian ships, under emulation'
	@echo 'make analyze    static analysis, without a finding'
	@echo 'make coverage   lines and branches reached by tests and fuzz corpora'
	@echo 'make install    DESTDIR, PREFIX and SYSCONFDIR are honoured'

objects = $(patsubst %,$(OBJ)/%.o,$(1))

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(need_cflags) $(xml_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

define program_rule
$(BIN)/$(1): $(call objects,$(src_$(1)))
	@mkdir -p $$(@D)
	$$(CC) $$(need_ldflags) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(libs_$(1))
endef
$(foreach p,$(programs),$(eval $(call program_rule,$(p))))

define test_rule
$(BUILD)/tests/$(1): $(call objects,tests/$(1) $($(1)))
	@mkdir -p $$(@D)
	$$(CC) $$(need_ldflags) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(libs_parser) -lseccomp
endef
$(foreach t,$(tests),$(eval $(call test_rule,$(t))))

$(liar): $(call objects,$(src_liar))
	@mkdir -p $(@D)
	$(CC) $(need_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs_plain) -lseccomp

# How fast things are: figures, no test, and no part of the check.
bench_ledger = $(ledger) $(base)
bench_handoff = tests/scratch $(truth) $(base)
benches = bench_ledger bench_handoff
$(foreach t,$(benches),$(eval $(call test_rule,$(t))))

.PHONY: bench
bench: $(benches:%=$(BUILD)/tests/%) $(liar)
	@set -e; for t in $(benches); do $(BUILD)/tests/$$t; done

jobs := $(shell nproc)

test-programs: $(tests:%=$(BUILD)/tests/%) $(liar)
test-objects: $(call objects,$(basename $(wildcard tests/*.c)))

unit: test-programs
	$(if $(SAN),@tests/sanitizers.sh $(CC) $(san_flags))
	@set -e; for t in $(tests); do $(BUILD)/tests/$$t; done

# End-to-end tests on scratch spools, each a script of its own; some have
# their packages made, or what they read looked at, by programs of tests/.
e2e_helpers = test_attacks list_members without
list_members = $(read_package_modules)
$(foreach t,list_members without,$(eval $(call test_rule,$(t))))
e2e: all $(e2e_helpers:%=$(BUILD)/tests/%)
	@tests/run_e2e.sh $(BIN)

layers: all
	@tests/layers.sh $(BIN) $(OBJ)
	@rm -rf $(BUILD)/root
	@$(MAKE) -s install DESTDIR='$(CURDIR)/$(BUILD)/root' > $(BUILD)/install.log
	@tests/hardening.sh $(BUILD)/root $(programs)

# All that must hold before a change lands: with gcc and clang, warnings are
# errors; then the tests once more with sanitizers.
check:
	$(MAKE) -j$(jobs) WERROR=1 all test-programs
	$(MAKE) WERROR=1 layers unit e2e
	$(MAKE) -j$(jobs) WERROR=1 CC=clang all test-programs
	$(MAKE) -j$(jobs) WERROR=1 SAN=1 all test-programs
	$(MAKE) WERROR=1 SAN=1 unit e2e

# ------------------------------------------------------------------ fuzzing

# A target is a file in tests/fuzz/; the linker takes from the archive of all
# modules what it calls. With clang, in build-fuzz, where the corpora grow too.
fuzzers = text pattern sums package zipcheck instance appmeta json xsd form \
	map owners codes units convert conf route app origin prefill fill \
	ledger note wire stored value deliver
FUZZ_SECONDS ?= 60
mains = spool/flerapp watcher/watch transform/transform transform/worker
fuzz_modules = $(filter-out $(mains),$(sort $(foreach p,$(programs), \
	$(src_$(p)))))
fuzz_make = $(MAKE) --no-print-directory -j$(shell nproc) CC=clang SAN=1 \
	FUZZ=1 BUILD=build-fuzz CFLAGS='-O1 -g' fuzz-programs

$(BUILD)/fuzz/modules.a: $(call objects,$(fuzz_modules) tests/fuzz/fuzz \
	tests/fuzz/house tests/make_zip tests/make_tar tests/sample \
	tests/paired tests/scratch)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/fuzz/%: $(OBJ)/tests/fuzz/%.o $(BUILD)/fuzz/modules.a
	$(CC) $(need_ldflags) -fsanitize=fuzzer $(CFLAGS) $(LDFLAGS) -o $@ \
		$^ $(libs_parser)

$(BUILD)/fuzz/make_seeds: $(OBJ)/tests/fuzz/make_seeds.o \
	$(BUILD)/fuzz/modules.a
	$(CC) $(need_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs_parser)

.PHONY: fuzz fuzz-smoke fuzz-programs analyze coverage guest
.SECONDARY: $(call objects,$(fuzzers:%=tests/fuzz/%))
fuzz-programs: $(fuzzers:%=$(BUILD)/fuzz/%) $(BUILD)/fuzz/make_seeds

fuzz:
	$(fuzz_make)
	@tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS) $(fuzzers)

# The seeds once more, and a short look around, in every run of CI.
fuzz-smoke:
	$(fuzz_make)
	@tests/fuzz/run.sh build-fuzz 2 $(fuzzers)

# Static analysis by gcc, clang-tidy and cppcheck: some minutes.
analyze:
	@tests/analyze.sh

# How much of the code the unit tests and the corpora reach, by clang.
coverage:
	@tests/coverage.sh

# The kernel of Debian 12 knows an older Landlock than that of most machines
# on which flerapp is built.
guest_tests = test_sandbox test_crew
guest: all $(liar) $(guest_tests:%=$(BUILD)/tests/%) \
	$(e2e_helpers:%=$(BUILD)/tests/%)
	@tests/guest.sh build-guest sh -ec 'uname -sr; \
		for t in $(guest_tests); do $(BUILD)/tests/$$t; done; \
		tests/run_e2e.sh $(BIN) e2e_sandbox e2e_liars e2e_demo e2e_watch'

# ------------------------------------------------------------------ torture

# The programs themselves, struck at every call and every allocation; what is
# tried, and how long it takes, stands in tests/torture/README.md.
torturing = $(patsubst %,tests/torture/%,torture play strike calls order \
	world starve) $(ledger) $(base)
torture_shims = $(patsubst %,$(BUILD)/torture/%.so,starve clock)

$(BUILD)/torture/torture: $(call objects,$(torturing))
	@mkdir -p $(@D)
	$(CC) $(need_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs_plain)

$(BUILD)/torture/%.so: tests/torture/%_shim.c
	@mkdir -p $(@D)
	$(CC) $(need_cflags) -fPIC $(CFLAGS) -shared -o $@ $<

# Power cuts and full disks: file systems of the tests' own.
power_tools = $(patsubst %,$(BUILD)/torture/%,logdisk replay shutfs)
$(power_tools): $(BUILD)/torture/%: $(OBJ)/tests/torture/power/%.o
	@mkdir -p $(@D)
	$(CC) $(need_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^

.PHONY: torture torture-smoke torture-programs torture-power
torture-programs: all $(BUILD)/torture/torture $(torture_shims) $(power_tools)

torture-power: all $(power_tools)
	@tests/torture/power/run.sh $(BIN) $(BUILD)/torture whole

torture: torture-programs
	@tests/torture/run.sh $(BIN) $(BUILD)/torture whole

# Some strides through it, in every run of CI.
torture-smoke: torture-programs
	@tests/torture/run.sh $(BIN) $(BUILD)/torture smoke

packages:
	@tests/packages.sh

test: packages
	$(MAKE) check

demo: packages
	$(MAKE) all
	tests/demo.sh $(BIN)

mandir = $(PREFIX)/share/man
manuals = $(wildcard spool/*.[1-8] watcher/*.[1-8] transform/*.[1-8])

install: all
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/libexec/flerapp'
	install -m 0755 $(BIN)/flerapp $(BIN)/flerapp-watch \
		$(BIN)/flerapp-transform '$(DESTDIR)$(PREFIX)/bin'
	install -m 0755 $(BIN)/flerapp-worker \
		'$(DESTDIR)$(PREFIX)/libexec/flerapp'
	install -d '$(DESTDIR)$(SYSCONFDIR)/flerapp'
	for m in $(manuals); do \
		d='$(DESTDIR)$(mandir)'/man$${m##*.}; \
		install -d "$$d" && install -m 0644 "$$m" "$$d" || exit 1; \
	done
	install -d '$(DESTDIR)$(PREFIX)/lib/systemd/system' \
		'$(DESTDIR)$(PREFIX)/lib/sysusers.d' \
		'$(DESTDIR)$(PREFIX)/lib/tmpfiles.d'
	for u in systemd/*.service systemd/*.timer; do \
		sed 's|@PREFIX@|$(PREFIX)|' "$$u" > \
		'$(DESTDIR)$(PREFIX)/lib/systemd/system'/$${u##*/} || exit 1; \
	done
	install -m 0644 systemd/flerapp.sysusers \
		'$(DESTDIR)$(PREFIX)/lib/sysusers.d/flerapp.conf'
	install -m 0644 systemd/flerapp.tmpfiles \
		'$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/flerapp.conf'

clean:
	rm -rf build build-san build-clang build-san-clang build-fuzz \
		build-analyze build-cov

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
