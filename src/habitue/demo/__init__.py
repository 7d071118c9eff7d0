"""The example shop "Kessel & Kanne": tea, coffee and kitchenware, three years of it, in the files real shops have.

`habitue.demo.generate.generate` writes them; `python -m habitue.demo FOLDER` does so from a terminal. Equal seed
and date give equal bytes. Money is exact; all amounts are euros; times are those of Europe/Berlin unless marked.

shop_orders.csv (source shop, kind orders): Windows-1252, semicolons, CRLF, decimal comma; one row per order line.
    Bestellnummer; Bestelldatum (31.12.2024 14:05); Kundennr. (empty for guests); Anrede; Vorname; Nachname;
    E-Mail; Telefon; Straße; PLZ; Ort; Land; Geworben von (the number of another customer, mostly empty);
    Artikelnr.; Artikel; Kategorie; Marke; Menge; Einzelpreis; Versand; Zahlungsart; Status; Gutschein.
    Versand stands on the first line of an order, 0,00 on the others. Status: abgeschlossen, in Bearbeitung,
    storniert, erstattet. A return is an order of its own, R and the number of the order it belongs to, with
    negative Menge. Customer 9999999 is a test, customer 10000 the shop itself.
crm_contacts.xlsx (source crm, kind people): sheet Contacts.
    Contact No, Name ("Müller, Hans", "Dr. Hans Müller"), Company, E-mail, Phone, Mobile, Street, Zip, City,
    Country, Birthday (date, sometimes text), Customer card, How they heard of us, Notes.
newsletter.csv (source newsletter, kind consents): UTF-8, commas; instants in UTC.
    email, first_name, last_name, language, subscribed (true, false), consent_at, double_opt_in_at, consent_text,
    form_url, source (checkout, footer, popup, store, event), unsubscribed_at.
newsletter_ru.csv (source newsletter, kind consents): Windows-1251, semicolons, CRLF.
    Имя; Фамилия; Эл. почта; Телефон; Город; Согласие (да, нет); Дата согласия (31.12.2024).
helpdesk_calls.jsonl (source helpdesk, kind calls): one JSON object per line.
    ticket_id, called_at (with offset), phone (null when written), email?, caller_name, channel (phone, email, chat,
    visit), direction (in, out), reason, product?, agent, duration_s, resolved, outcome, csat? (1 to 5).
till_receipts.csv (source till, kind receipts): UTF-8, tabs, decimal point; one row per article.
    receipt_no, date (2024-12-31), time (14:05), store, loyalty_card (empty on one receipt in five), card_holder,
    email, sku, product, category, brand, quantity, unit_price, payment.

truth.csv says who each record is: source_name, file, key_field, record_key, person_id, household_id. The key is the
    customer number (the order number for guests), the contact number, the e-mail as written, the ticket, the card
    (the receipt number without one). An empty person_id is nobody: a test, the shop itself, a stranger.
truth_people.csv says what each person is and did: person_id, household_id, first_name, last_name, name_before,
    gender, birth_date, country, city, company, churned_on (the day of the last purchase of who left for good),
    first_order_on, last_order_on, orders (not cancelled; orders_online and receipts together), orders_online,
    receipts, revenue_cents (goods less returns, without shipping), shipping_cents, records (in truth.csv).
"""
