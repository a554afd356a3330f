"""The report in a browser: its numbers against SQL, before and after filters are clicked; what it must
never do; and what it looks like.

    report.py numbers WAREHOUSE PAGE
    report.py hostile PAGE WORD      nothing of what the sheets hold may run; WORD stands in it as text
    report.py numbers-small WAREHOUSE PAGE
    report.py structure PAGE         without a browser: policy, hashes, nothing that loads or runs
    report.py plain PAGE             without script
    report.py pictures PAGE NAME FOLDER
    report.py violation PAGE FOLDER  what the page must not do is noticed when it does
"""
import base64
import hashlib
import html.parser
import re
import sqlite3
import sys

from chromium import Chromium

# One line per ticket as its KPIs see it, from the definitions and not from the model's SQL.
TICKETS = """
WITH given AS (
    SELECT event_id, ticket_id, SUM(CAST(ROUND(refund_amount * 100) AS INTEGER)) AS back
    FROM silver_refunds GROUP BY event_id, ticket_id
),
ticket AS (
    SELECT t.event_id, t.channel, t.currency, substr(t.purchase_datetime, 1, 10) AS day,
        CAST(ROUND(t.price_paid * 100) AS INTEGER) AS price, t.status, COALESCE(g.back, 0) AS back,
        (t.status = 'refunded' OR (COALESCE(g.back, 0) >= CAST(ROUND(t.price_paid * 100) AS INTEGER) AND t.price_paid > 0
            AND t.status IN ('sold', 'used')) OR (t.status = 'cancelled' AND COALESCE(g.back, 0) > 0)) AS is_back,
        EXISTS (SELECT 1 FROM silver_checkins c
            WHERE c.event_id = t.event_id AND c.ticket_id = t.ticket_id) AS came,
        e.event_date, v.name AS venue, v.capacity, e.status AS event_status, s.no_show_rate, t.ticket_id
    FROM silver_tickets t
    LEFT JOIN given g ON g.event_id = t.event_id AND g.ticket_id = t.ticket_id
    JOIN silver_events e ON e.event_id = t.event_id
    JOIN silver_venues v ON v.venue_id = e.venue_id
    JOIN gold_event_sales s ON s.event_id = t.event_id
)"""


def percent(value):
    """Halves go away from zero."""
    tenths = int(abs(value) * 1000 + 0.5 + 1e-9)
    return ("-" if value < 0 and tenths else "") + f"{tenths / 10:,.1f}\u00a0%"


class Truth:
    """Tiles by SQL. `where` is about tickets and campaigns alike: event_id, venue, channel, currency."""

    def __init__(self, path):
        self.database = sqlite3.connect("file:" + path + "?mode=ro", uri=True)

    def one(self, sql, *values):
        return self.database.execute(sql, values).fetchone()[0]

    def tiles(self, currency, wanted, first=None, last=None):
        names = " AND ".join(["currency = ?"] + [f"{name} = ?" for name in wanted])
        values = [currency, *wanted.values()]
        between = lambda column: f"{column} BETWEEN '{first or '0'}' AND '{last or '9'}'"
        sold = "NOT is_back AND status IN ('sold', 'used')"
        tickets = self.one(f"{TICKETS} SELECT COUNT(*) FROM ticket WHERE {sold} AND {names} AND {between('day')}", *values)
        gross = self.one(f"{TICKETS} SELECT COALESCE(SUM(price), 0) FROM ticket WHERE ({sold} OR is_back) AND {names} AND {between('day')}", *values)
        # each refund as far as it still fits into the ticket's price, in order of time
        refunds = 0
        used = {}
        rows = self.database.execute(
            f"{TICKETS} SELECT r.event_id, r.ticket_id, t.price, CAST(ROUND(r.refund_amount * 100) AS INTEGER), substr(r.refunded_at, 1, 10) "
            "FROM silver_refunds r JOIN ticket t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id "
            f"WHERE t.status <> 'pending' AND {names.replace('currency', 't.currency').replace('event_id', 't.event_id')} "
            "ORDER BY r.refunded_at, r.refund_id", values)
        for event, ticket, price, amount, day in rows:
            counted = min(amount, price - used.get((event, ticket), 0))
            used[event, ticket] = used.get((event, ticket), 0) + counted
            if (first or "0") <= day <= (last or "9"):
                refunds += counted
        ratio = lambda top, under: percent(top / under) if under else "\u2013"
        seats = self.one(
            f"{TICKETS} SELECT COUNT(*) FROM ticket WHERE {sold} AND capacity > 0 AND event_status <> 'cancelled' AND {names} AND {between('event_date')}", *values)
        event_names = " AND ".join(["e.currency = ?"] + [
            {"venue": "v.name = ?", "event_id": "e.event_id = ?"}.get(name, "(1 = 1 OR ? = '')") for name in wanted])
        capacity = self.one(
            f"SELECT COALESCE(SUM(v.capacity), 0) FROM silver_events e JOIN silver_venues v ON v.venue_id = e.venue_id "
            f"WHERE v.capacity > 0 AND e.status <> 'cancelled' AND {event_names} AND {between('e.event_date')}", *values)
        over = f"no_show_rate IS NOT NULL AND {sold} AND {names} AND {between('event_date')}"
        of_over = self.one(f"{TICKETS} SELECT COUNT(*) FROM ticket WHERE {over}", *values)
        away = self.one(f"{TICKETS} SELECT COUNT(*) FROM ticket WHERE {over} AND NOT came", *values)
        spend, revenue = self.database.execute(
            "SELECT COALESCE(SUM(CAST(ROUND(r.spend * 100) AS INTEGER)), 0), COALESCE(SUM(CAST(ROUND(r.conv_revenue * 100) AS INTEGER)), 0) "
            "FROM (SELECT r.*, v.name AS venue, e.event_date FROM gold_campaign_roi r JOIN silver_events e ON e.event_id = r.event_id "
            f"JOIN silver_venues v ON v.venue_id = e.venue_id) r WHERE {names} AND {between('event_date')}", values).fetchone()
        money = lambda hundredths: f"{hundredths / 100:,.2f}"
        return [money(gross - refunds), f"{tickets:,}", ratio(seats, capacity),
                ratio(away, of_over), money(refunds), ratio(revenue - spend, spend)]


def tiles_shown(browser):
    """{currency: [value of each tile]} of the sets that are seen."""
    return browser.run("""Object.fromEntries([...document.querySelectorAll('.set')].filter(s => !s.hidden)
        .map(s => [s.querySelector('h3').textContent, [...s.querySelectorAll('.value')].map(v => v.textContent)]))""")


def choose(browser, control, value):
    """As a person does: a value is put in, and the control says that it changed."""
    browser.run(f"""(() => {{ const control = document.getElementById('filter-{control}');
        control.focus();
        control.value = control.tagName === 'SELECT' && {value!r} !== ''
            ? [...control.options].find(o => o.textContent === {value!r} || o.value === {value!r}).value : {value!r};
        control.dispatchEvent(new Event('change', {{bubbles: true}})); }})()""")


def same(what, found, expected):
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected) > 5:
        pairs = [(a, b) for a, b in zip(found, expected) if a != b][:3]
        found, expected = [a for a, _ in pairs], [b for _, b in pairs]
    if found != expected:
        raise SystemExit(f"{what}:\n  the page has {found}\n  SQL says     {expected}")


def quiet(browser, what):
    if browser.complaints:
        raise SystemExit(f"{what}: the page complains: {browser.complaints}")
    asked = [url for url in browser.requests if not url.startswith(("file://", "data:", "blob:"))]
    if asked or len([url for url in browser.requests if url.startswith("file://")]) > 1:
        raise SystemExit(f"{what}: the page asks for {browser.requests}")


def check_filters(browser, truth, currencies):
    venue, channel, event = (truth.one(sql) for sql in (
        "SELECT v.name FROM silver_events e JOIN silver_venues v ON v.venue_id = e.venue_id GROUP BY v.name ORDER BY COUNT(*) DESC, 1",
        "SELECT channel FROM silver_tickets GROUP BY 1 ORDER BY COUNT(*) DESC",
        "SELECT event_id FROM gold_event_sales ORDER BY tickets_sold DESC, 1"))
    choose(browser, "venue", venue)
    found = tiles_shown(browser)
    for currency in currencies:
        same(f"{currency} at {venue}", found[currency], truth.tiles(currency, {"venue": venue}))
    choose(browser, "channel", channel)
    found = tiles_shown(browser)
    for currency in currencies:
        same(f"{currency} at {venue} by {channel}", found[currency],
             truth.tiles(currency, {"venue": venue, "channel": channel}))
    choose(browser, "venue", "")
    choose(browser, "period", "90")
    first, last = browser.run("[isoOf(filters.from), isoOf(filters.to)]")
    found = tiles_shown(browser)
    for currency in currencies:
        same(f"{currency} by {channel} from {first} to {last}", found[currency],
             truth.tiles(currency, {"channel": channel}, first, last))
    limits = "document.getElementById('compared').textContent.split(' \u00b7 ').slice(1)"
    same("what is said of filters", browser.run(limits), ["Sell-through: only partly filtered by channel"])
    browser.run(f"state.period = 'custom'; state.from = {last!r}; state.to = {first!r}; update()")
    same("a period from its end to its begin", tiles_shown(browser), found)
    browser.run("history.replaceState(null, '', '#period=custom&to=2026-99-01'); readHash(); update()")
    same("a period of no date", [filters for filters in browser.run("[filters.from, filters.to]") if filters], [])
    choose(browser, "channel", channel)
    choose(browser, "period", "90")
    choose(browser, "currency", currencies[-1])
    same("one currency", list(tiles_shown(browser)), [currencies[-1]])
    fragment = browser.run("location.hash")
    browser.run("document.querySelector('.reset').click()")
    same("cleared", tiles_shown(browser), {c: truth.tiles(c, {}) for c in currencies})
    browser.run(f"filters.names.set('event_id', page.names.event_id.indexOf({event!r})); update()")
    currency = truth.one("SELECT currency FROM gold_event_sales WHERE event_id = ?", event)
    same(event, tiles_shown(browser)[currency], truth.tiles(currency, {"event_id": event}))
    browser.run("document.querySelector('.reset').click()")
    return fragment


def check_grains(browser):
    """Periods and what they are held against, where sums are kept by week or month."""
    def told(grain, first, last):
        return browser.run(f"""(() => {{ page.grain = {grain!r}; state.period = 'custom'; state.from = {first!r}; state.to = {last!r};
            update(); const {{ now, before, isAlike }} = comparison();
            return [now.from, now.to, before.from, before.to].map(isoOf).concat([isAlike]); }})()""")
    same("October in weeks", told("week", "2026-10-01", "2026-10-31")[:2], ["2026-10-01", "2026-10-31"])
    same("October in months", told("month", "2026-10-07", "2026-10-20"),
         ["2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30", True])
    same("weeks", told("week", "2026-10-14", "2026-10-20"), ["2026-10-12", "2026-10-25", "2026-09-28", "2026-10-11", True])
    same("a quarter", told("month", "2026-07-01", "2026-09-30")[2:], ["2026-04-01", "2026-06-30", True])
    browser.run("document.querySelector('.reset').click()")
    all_time = lambda grain: browser.run(f"""(() => {{ page.grain = {grain!r}; update(); const {{ now, before }} = comparison();
        return [now.from, now.to, before.from, before.to].map(isoOf); }})()""")
    same("the sample's last day", browser.run("isoOf(AS_OF)"), "2026-11-20")
    same("the last weeks", all_time("week"), ["2026-10-19", "2026-11-15", "2026-09-21", "2026-10-18"])
    same("the last month", all_time("month"), ["2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"])
    same("parts of a trend", browser.run("sparkParts().count"), 12)
    browser.run("page.grain = 'day'; update()")


def check_texts(browser):
    """Halves go away from zero as in measure.c, also where a rate is no double; nothing is -0."""
    same("numbers", browser.run("""[['rate', 115 / 400], ['rate', -201 / 400], ['average', 201 / 200], ['rate', -0.0004],
        ['integer', -0.3], ['average', -0.001]].map(([type, value]) => textOf(type, value))"""),
         ["28.8\u00a0%", "-50.3\u00a0%", "1.01", "0.0\u00a0%", "0", "0.00"])
    same("small numbers", browser.run("[450, 50, 100, 0, 123456].map(value => shortOf('money', value))"),
         ["4.50", "0.50", "1", "0", "1.2K"])
    browser.run("page.quality = [{snapshot: 1, at: '', sheet: 'x', rule: 'required', rows: 1}]; drawFigures()")
    labels = browser.run("figures[figures.length - 1].chart.scales.y.ticks.map(tick => tick.label)")
    same("numbers beside a chart", labels, sorted(set(labels)))
    same("names that are cut", browser.run("[cut('The Larks, 2026-03-01', 18), cut('The Larks', 18)]"), ["The Larks, 2\u202603-01", "The Larks"])
    browser.run("page.measures.forEach(measure => { measure.date = null; }); update()")
    same("nothing is compared without a date", browser.run("document.getElementById('compared').hidden"), True)


def check_print(browser):
    """What the figures of a printed page are of stands on it."""
    shown = "getComputedStyle(document.getElementById('filters')).display !== 'none'"
    browser.look("light", "print")
    same("filters that are not set", browser.run(shown), False)
    choose(browser, "period", "90")
    same("filters that are set", browser.run(shown), True)
    browser.run("document.querySelector('.reset').click()")
    browser.look("light")


def check_charts(browser, truth):
    """What is drawn, by the data that stand behind it."""
    rows = lambda title: browser.run(f"""[...[...document.querySelectorAll('figure')].find(f =>
        f.querySelector('h2').textContent === {title!r}).querySelectorAll('details.data tbody tr')]
        .map(r => [...r.cells].map(c => c.textContent))""")
    click = lambda title, button: browser.run(f"""[...[...document.querySelectorAll('figure')].find(f =>
        f.querySelector('h2').textContent === {title!r}).querySelectorAll('.choice button')].find(b =>
        b.textContent === {button!r}).click()""")
    click("Sales over time", "Tickets sold")
    same("tickets over time", rows("Sales over time")[-1][2],
         f"{truth.one('SELECT SUM(tickets_sold) FROM gold_daily_metrics'):,}")
    same("sum of weeks", sum(int(row[1].replace(",", "")) for row in rows("Sales over time")),
         truth.one("SELECT SUM(tickets_sold) FROM gold_daily_metrics"))
    click("No-shows", "Weekday")
    expected = truth.database.execute("""SELECT strftime('%w', event_date), SUM(tickets_sold - attendance), SUM(tickets_sold)
        FROM gold_event_sales WHERE no_show_rate IS NOT NULL GROUP BY 1""").fetchall()
    days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    same("no-shows by weekday", dict(rows("No-shows")),
         {days[int(day)]: percent(away / sold) for day, away, sold in expected})
    main = browser.run("namesOf(page.split)[groupShown()]")
    spent = dict(truth.database.execute(
        "SELECT channel, SUM(spend) FROM gold_campaign_roi WHERE currency = ? GROUP BY 1", (main,)).fetchall())
    same("spend by channel", {row[0]: row[1] for row in rows("Campaigns")},
         {channel: f"{spend:,.2f}" for channel, spend in spent.items()})
    best = truth.one("SELECT MAX(sell_through) FROM gold_event_sales s JOIN silver_events e USING (event_id) WHERE e.status <> 'cancelled'")
    same("best sell-through", rows("Sell-through")[0][1], percent(best))
    pace = [row for row in rows("Pacing") if row[0] == "0"][0]
    past = truth.database.execute("""SELECT SUM(s.tickets_sold), SUM(s.venue_capacity) FROM gold_event_sales s
        JOIN silver_events e USING (event_id) WHERE s.venue_capacity > 0 AND e.status <> 'cancelled' AND s.event_date <= ?""",
        (browser.run("isoOf(AS_OF)"),)).fetchone()
    same("past events on their day", pace[2], percent(past[0] / past[1]))
    counts = truth.database.execute("SELECT rule, COUNT(*) FROM audit_rejected_rows GROUP BY 1").fetchall()
    same("rows in quarantine", sum(int(cell.replace(",", "")) for cell in rows("Quarantine")[-1][1:]),
         sum(count for _, count in counts))


def check_tables(browser, truth):
    table = """[...document.querySelectorAll('section.card')].find(s => s.querySelector('h2').textContent === 'Events')"""
    browser.run(f"(() => {{ const more = {table}.querySelector('button.more'); while (!more.hidden) more.click(); }})()")
    found = browser.run(f"[...{table}.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
    rows = truth.database.execute("""SELECT g.event_date, v.name, e.status, g.currency, g.venue_capacity, g.tickets_sold, g.sell_through,
        g.no_show_rate, g.net_revenue, g.refunds_amount FROM gold_event_sales g JOIN silver_events e USING (event_id)
        JOIN silver_venues v ON v.venue_id = g.venue_id""").fetchall()
    rate = lambda value: "\u2013" if value is None else percent(value)
    visible = lambda text: text.replace("\n", "\\n").replace("\t", "\\t")
    expected = sorted([date, visible(venue), status, currency, "\u2013" if capacity is None else f"{capacity:,}", f"{sold:,}",
                       rate(None if status == "cancelled" else full), rate(away), f"{net:,.2f}", f"{back:,.2f}"]
                      for date, venue, status, currency, capacity, sold, full, away, net, back in rows)
    same("the table of events", sorted(row[1:] for row in found), expected)
    browser.run(f"{table}.querySelectorAll('thead button')[6].click()")
    order = browser.run(f"[...{table}.querySelectorAll('tbody tr')].map(r => Number(r.cells[6].textContent.replace(/,/g, '')))")
    if order != sorted(order) and order != sorted(order, reverse=True):
        raise SystemExit(f"not in order: {order[:20]}")
    browser.run(f"(() => {{ const input = {table}.querySelector('input'); input.value = 'no such event'; input.dispatchEvent(new Event('input')); }})()")
    same("a search for nothing", browser.run(f"{table}.querySelectorAll('tbody tr').length"), 0)
    guarded = browser.run("""['=1+1', '+1', '-1', '@a', '\\t=1', ' =1', '\\uff1d1', 'plain', 'a,"b"'].map(text => csvCell({text}, false))""")
    same("formulas in CSV", guarded, ["'=1+1", "'+1", "'-1", "'@a", "'\t=1", '"\' =1"'.replace('"\' =1"', "' =1"), "'\uff1d1", "plain", '"a,""b"""'])
    loads = """[...document.querySelectorAll('section.card')].find(s => s.querySelector('h2').textContent === 'Last loads')"""
    same("a search for a time as it is shown", browser.run(f"""(() => {{ const input = {loads}.querySelector('input');
        input.value = {loads}.querySelector('time').textContent; input.dispatchEvent(new Event('input'));
        return {loads}.querySelectorAll('tbody tr').length > 0; }})()"""), True)
    same("a number in CSV", browser.run("csvCell({text: '-1,234.50', number: '-1234.50'}, true)"), "-1234.50")


def check_keyboard(browser):
    """Every control has a name and can be reached."""
    nameless = browser.run("""[...document.querySelectorAll('button, input, select, [role=img]')].filter(e => !e.hidden &&
        !(e.textContent.trim() || e.getAttribute('aria-label') || e.closest('label'))).map(e => e.outerHTML.slice(0, 90))""")
    same("controls without a name", nameless, [])
    unreachable = browser.run("[...document.querySelectorAll('button, input, select, a')].filter(e => e.tabIndex < 0).length")
    same("controls out of reach", unreachable, 0)


def check_contrast(browser, scheme):
    """Text against what it stands on, by the formula of WCAG; 4.5 is wanted."""
    low = browser.run("""(() => {
        const parts = color => { const context = document.createElement('canvas').getContext('2d'); context.fillStyle = color;
            context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3); };
        const light = color => parts(color).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const back = e => { for (; e; e = e.parentElement) { const color = getComputedStyle(e).backgroundColor;
            if (color !== 'rgba(0, 0, 0, 0)' && color !== 'transparent') return color; } return 'white'; };
        return [...document.querySelectorAll('h1, h2, h3, p, dt, dd, th, td, label span, .state, .change, summary, button, .key, li')]
            .filter(e => e.textContent.trim() && e.offsetParent).map(e => { const a = light(getComputedStyle(e).color), b = light(back(e));
            return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30)]; })
            .filter(([ratio]) => ratio < 4.5).slice(0, 5); })()""")
    same(f"too faint, {scheme}", low, [])


def numbers(warehouse, page):
    truth = Truth(warehouse)
    currencies = [row[0] for row in truth.database.execute(
        "SELECT currency FROM gold_event_sales GROUP BY 1 ORDER BY SUM(tickets_sold) DESC")]
    browser = Chromium()
    try:
        browser.size(1400, 1000)
        browser.open(page)
        same("ready", browser.run("document.documentElement.dataset.ready"), "1")
        same("all", tiles_shown(browser), {c: truth.tiles(c, {}) for c in currencies})
        fragment = check_filters(browser, truth, currencies)
        check_charts(browser, truth)
        check_tables(browser, truth)
        check_grains(browser)
        check_print(browser)
        check_keyboard(browser)
        check_contrast(browser, "light")
        quiet(browser, "the page")
        browser.look("dark")
        browser.open(page, fragment)
        same("the view of the address", list(tiles_shown(browser)), [currencies[-1]])
        check_contrast(browser, "dark")
        quiet(browser, "the page in the dark")
    finally:
        browser.close()
    print("numbers are right")


def small(warehouse, page):
    """Only the tiles, of a warehouse with little in it."""
    truth = Truth(warehouse)
    currencies = [row[0] for row in truth.database.execute("SELECT DISTINCT currency FROM gold_event_sales")]
    browser = Chromium()
    try:
        browser.open(page)
        same("all", tiles_shown(browser), {c: truth.tiles(c, {}) for c in currencies})
        check_texts(browser)
        quiet(browser, page)
    finally:
        browser.close()


def hostile(page, word):
    browser = Chromium()
    try:
        browser.size(1400, 1000)
        browser.open(page)
        browser.run("(() => { for (const b of document.querySelectorAll('.choice button, thead button, button.more')) b.click(); })()")
        same("something ran", browser.run("typeof window.pwned"), "undefined")
        same("something was made", browser.run(
            "document.querySelectorAll('img, iframe, object, embed, base, form, svg:not(.spark), script:not(body > script), [onerror], [onload], [onclick]').length"), 0)
        same("a link leads elsewhere", browser.run(
            "[...document.links].filter(a => !/^(file|https):$/.test(a.protocol)).length"), 0)
        same("bidi", browser.run(r"/[\u202a-\u202e\u2066-\u2069\u200b]/.test(document.body.innerText)"), False)
        if word not in browser.run("document.body.innerText"):
            raise SystemExit(f"{word} is not to be seen")
        quiet(browser, "a page of hostile sheets")
    finally:
        browser.close()
    print("hostile sheets stay inert")


def plain(page):
    browser = Chromium()
    try:
        browser.open(page)
        values = "[...document.querySelectorAll('.tile dd:nth-of-type(1)')].map(v => v.textContent)"
        drawn = browser.run(values)
        browser.script(False)
        browser.open(page)
        node = browser.call("DOM.getDocument", depth=-1)["root"]
        text = browser.call("DOM.getOuterHTML", nodeId=node["nodeId"])["outerHTML"]
        browser.script(True)
        browser.open("/dev/null")
        browser.run(f"document.documentElement.innerHTML = {text!r}.replace(/<script[^]*?<\\/script>/g, '')")
        same("tiles without script", browser.run(values), drawn)
        same("rows without script", browser.run("document.querySelectorAll('[data-table] tbody tr').length > 100"), True)
        same("charts as tables", browser.run("document.querySelectorAll('[data-chart] tbody tr').length > 20"), True)
    finally:
        browser.close()
    print("the page works without script")


def violation(page, folder):
    """Silence means clean: what is forbidden is heard of."""
    text = open(page, encoding="utf-8").read()
    for name, addition in {"script": "<script>window.pwned = 1</script>",
                           "handler": "<p onclick='window.pwned = 1' id='x'>x</p><p>y</p>",
                           "image": "<img src='https://example.com/a.png'>",
                           "style": "<p style='color:red'>x</p>"}.items():
        path = f"{folder}/violation-{name}.html"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("</main>", addition + "</main>", 1))
        browser = Chromium()
        try:
            browser.open(path)
            browser.run("document.getElementById('x') && document.getElementById('x').click()")
            same(name + " ran", browser.run("typeof window.pwned"), "undefined")
            if not browser.complaints:
                raise SystemExit(f"a forbidden {name} was not noticed")
        finally:
            browser.close()
    print("violations are noticed")


def pictures(page, name, folder):
    browser = Chromium()
    try:
        for width in (1400, 390):
            for scheme in ("light", "dark"):
                browser.size(width, 900)
                browser.look(scheme)
                browser.open(page)
                wide = browser.run("document.documentElement.scrollWidth")
                same(f"{name} is wider than the screen of {width}", wide <= width, True)
                browser.picture(f"{folder}/{name}-{width}-{scheme}.png")
        browser.look("light")
        browser.size(1000, 900)
        browser.open(page)
        browser.print(f"{folder}/{name}.pdf")
        quiet(browser, name)
    finally:
        browser.close()


class Structure(html.parser.HTMLParser):
    """No handlers, no styles beside the sheet, nothing that loads, and links only to cells."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.inside, self.blocks, self.policy = None, [], ""

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action", "formaction", "background"), (tag, name)
            if name == "href":
                assert tag == "a" and re.match("file://|https://", value), (tag, value)
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form"), tag
        named = dict(attributes)
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"]
        if tag in ("script", "style"):
            self.inside = (tag, named.get("type"))
            self.blocks.append((tag, named.get("type"), ""))

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            tag, kind, text = self.blocks[-1]
            self.blocks[-1] = (tag, kind, text + data)


def structure(page):
    text = open(page, encoding="utf-8", newline="").read()
    parser = Structure()
    parser.feed(text)
    assert parser.policy.startswith("default-src 'none'"), parser.policy
    assert "unsafe" not in parser.policy and "http" not in parser.policy, parser.policy
    hashed = set(re.findall(r"'sha256-([^']+)'", parser.policy))
    run = {base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
           for tag, kind, body in parser.blocks if kind is None}
    assert run == hashed, (run, hashed)
    data = [body for tag, kind, body in parser.blocks if kind == "application/json"]
    assert len(data) == 1 and "<" not in data[0], "data"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", re.sub("<script.*?</script>", "", text, flags=re.S))
    print("the page is well built")


if __name__ == "__main__":
    {"numbers": numbers, "numbers-small": small, "hostile": hostile, "plain": plain, "violation": violation,
     "pictures": pictures, "structure": structure}[sys.argv[1]](*sys.argv[2:])
