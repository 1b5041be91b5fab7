#include "spool/report_page.h"

#include <stddef.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/report_cells.h"

/* Contrast of every text to its ground is 4.5 or more, of every area 3. */
static const char css[] =
    ":root{color-scheme:light;--ink:#1b2733;--soft:#536271;--line:#d6dde3;"
    "--ground:#f5f7f9;--published:#1d7a5f;--accepted:#4677b0;"
    "--duplicate:#77818a;--held:#b87708;--rejected:#b3261e}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--ground);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
    "'Liberation Sans',sans-serif}\n"
    "header,main,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}\n"
    "header{padding-top:1.75rem}\n"
    ".brand{margin:0;font-weight:700;letter-spacing:.06em;color:#1d5f8a}\n"
    "h1{margin:0;font-size:1.9rem;line-height:1.2;font-weight:650}\n"
    "h1 span{white-space:nowrap;color:#1d5f8a}\n"
    ".where{margin:.4rem 0 1rem;color:var(--soft);font-size:.9rem;"
    "overflow-wrap:anywhere}\n"
    ".verdict{max-width:none;margin:0 0 1rem;padding:.9rem 1.1rem;"
    "border-radius:.5rem;border:1px solid;border-left-width:.5rem}\n"
    ".verdict b{font-size:1.15rem;margin-right:.3rem}\n"
    ".verdict span{white-space:nowrap;opacity:1;font-weight:600}\n"
    ".ok{background:#e6f4ec;border-color:#1d7a5f;color:#0b4a33}\n"
    ".verdict.bad{background:#fdeceb;border-color:#b3261e;color:#7d150f}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,"
    "minmax(8.5rem,1fr));gap:.75rem;margin:0 0 1.25rem}\n"
    ".figures div{background:#fff;border:1px solid var(--line);"
    "border-top:.25rem solid #1d5f8a;border-radius:.5rem;"
    "padding:.6rem .9rem}\n"
    ".figures dt{color:var(--soft);font-size:.85rem}\n"
    ".figures dd{margin:0;font-size:1.7rem;line-height:1.25;font-weight:650;"
    "font-variant-numeric:tabular-nums}\n"
    ".figures .zero{border-top-color:var(--line)}\n"
    ".figures .zero dd{color:var(--soft);font-weight:400}\n"
    ".figures .k-published{border-top-color:var(--published)}\n"
    ".figures .k-rejected{border-top-color:var(--rejected)}\n"
    ".figures .k-held{border-top-color:var(--held)}\n"
    ".figures .k-accepted{border-top-color:var(--accepted)}\n"
    "section{background:#fff;border:1px solid var(--line);"
    "border-radius:.5rem;padding:1rem 1.25rem 1.25rem;margin:0 0 1.25rem}\n"
    "h2{margin:0 0 .6rem;font-size:1.2rem;line-height:1.3}\n"
    "p{margin:.4rem 0 .8rem;max-width:62rem}\n"
    "section>p{color:var(--soft);font-size:.9rem}\n"
    "section>p code{color:var(--ink)}\n"
    ".scroll{overflow-x:auto;margin:.5rem 0}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    "caption{text-align:left;color:var(--soft);font-size:.85rem;"
    "padding:0 0 .3rem}\n"
    "th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "thead th{color:var(--soft);font-weight:600;border-bottom:2px solid "
    "var(--line);white-space:nowrap;vertical-align:bottom}\n"
    "tbody th{font-weight:600}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}\n"
    ".t{white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    ".pair table{font-size:.82rem}"
    "#runs table{font-size:.82rem}#runs th,#runs td{padding:.3rem .45rem}\n"
    ".pair th,.pair td{padding:.25rem .4rem}.pair tbody th{"
    "white-space:nowrap}\n"
    "#held .scroll:first-of-type table{width:auto;min-width:18rem}\n"
    ".zero{color:#5f6c78}\n"
    "tr.all>*{font-weight:700;background:#f0f4f7}\n"
    "tr.bad>*{background:#fdeceb;color:#7d150f;font-weight:700}\n"
    "tr.changed>*{background:#fff6e0}\n"
    "code{font:.85em/1.4 ui-monospace,'DejaVu Sans Mono','Liberation Mono',"
    "Consolas,monospace;overflow-wrap:anywhere}\n"
    "dl dt{color:var(--soft);font-size:.85rem}\n"
    "details dl{margin:.3rem 0}details dd{margin:0 0 .3rem}\n"
    "summary{cursor:pointer;color:#1d5f8a}\n"
    ".pair{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);"
    "gap:1.25rem;align-items:start}\n"
    "figure{margin:0}svg{display:block;width:100%;height:auto}\n"
    "svg text{font-size:12px;fill:var(--ink)}\n"
    "svg .x{text-anchor:middle;fill:var(--soft)}\n"
    "svg .y{text-anchor:end;fill:var(--ink)}\n"
    "svg .grid{stroke:#e3e8ec}svg .base{stroke:#77818a}\n"
    "svg rect{stroke:#fff;stroke-width:.4}\n"
    ".published{fill:var(--published)}.accepted{fill:var(--accepted)}"
    ".duplicate{fill:var(--duplicate)}.held{fill:var(--held)}"
    ".rejected{fill:var(--rejected)}\n"
    "footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem}\n"
    ":focus-visible{outline:3px solid #1d5f8a;outline-offset:2px}\n"
    "@media screen and (max-width:52rem){"
    ".pair{grid-template-columns:minmax(0,1fr)}"
    "header,main,footer{padding-left:.75rem;padding-right:.75rem}"
    "section{padding:.8rem .8rem 1rem}h1{font-size:1.5rem}"
    ".figures{grid-template-columns:repeat(2,1fr)}}\n"
    "@media print{@page{size:A4 landscape;margin:12mm}"
    "body{background:#fff;font-size:10pt;print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}header,main,footer{max-width:none;"
    "padding:0}section{border:0;border-top:1px solid #999;border-radius:0;"
    "padding:.6rem 0}table,#runs table{font-size:8pt}.pair table{"
    "font-size:7pt}th,td,.pair td,.pair th{padding:.15rem .35rem}"
    "h2,section>p,caption,thead{break-after:avoid}"
    "tr,figure,.pair{break-inside:avoid}.scroll{overflow:visible}"
    "details>*{display:block}}\n";

/* What a Content-Security-Policy wants for a hash. */
static void
base64(struct buf *b, const unsigned char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned long x = (unsigned long)p[i] << 16;

		if (i + 1 < n)
			x |= (unsigned long)p[i + 1] << 8;
		if (i + 2 < n)
			x |= p[i + 2];
		buf_char(b, digits[x >> 18 & 63]);
		buf_char(b, digits[x >> 12 & 63]);
		buf_char(b, i + 1 < n ? digits[x >> 6 & 63] : '=');
		buf_char(b, i + 2 < n ? digits[x & 63] : '=');
	}
}

void
report_head(struct buf *b, const char *title)
{
	unsigned char sum[DIGEST_SIZE];

	digest_of(css, sizeof css - 1, sum);
	buf_str(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta http-equiv=\""
	    "Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'sha256-");
	base64(b, sum, sizeof sum);
	buf_str(b, "'; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n<meta name=\"referrer\" "
	    "content=\"no-referrer\">\n<title>");
	report_escape(b, title);
	buf_fmt(b, "</title>\n<style>%s</style>\n</head>\n<body>\n", css);
}
