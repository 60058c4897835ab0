# make run    sets everything up and serves the clinic with demo data on http://localhost:8000
# make test   sets everything up and passes every test, the browser ones too
# make check  style, types, security, migrations, messages
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PICTURES_PORT ?= 8765
PICTURES_ENV := DEMO=1 DATABASE_URL=sqlite:///var/pictures/demo.sqlite3 MEDIA_ROOT=var/pictures/media
DEMO_ENV := DEMO=1 DATABASE_URL=sqlite:///var/demo.sqlite3
CHECK_ENV := SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') ALLOWED_HOSTS=clinic.example
# Everything but what joins them to the web, which stands on libraries without types of their own.
TYPED := $(shell git ls-files rehab patients | grep '\.py$$' \
	| grep -vE '/(views|forms|management|demo|migrations)/|/(accounts|apps|middleware|settings|urls|wsgi)\.py$$')
HTML := $(shell git ls-files 'templates/*.html' 'templates/**/*.html')

.PHONY: run test check messages browser clean pictures

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Rehab needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/run
	@mkdir -p var
	@$(DEMO_ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO_ENV) $(BIN)/python manage.py createcachetable
	@$(DEMO_ENV) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(DEMO_ENV) $(BIN)/python manage.py demo
	@echo "Rehab: http://localhost:$(PORT)   (Ctrl-C ends it)"
	@$(DEMO_ENV) $(BIN)/gunicorn rehab.wsgi --bind 127.0.0.1:$(PORT) --workers $(WORKERS) --log-level warning

# Debian's Chromium where there is one, else Playwright's own.
browser: $(VENV)/dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| $(BIN)/playwright install chromium \
		|| { echo "The browser tests need Chromium: install the package chromium, or run $(BIN)/playwright install chromium"; exit 1; }

test: browser
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not browser"
	$(BIN)/python -m pytest -q -n $(WORKERS) -m browser

check: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/djade --check --target-version 5.2 $(HTML)
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit --quiet --recursive rehab patients --exclude '*/migrations/*'
	$(CHECK_ENV) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(MAKE) --no-print-directory messages-current

MESSAGES := rehab/locale/en/LC_MESSAGES/django.po
MAKEMESSAGES = $(CHECK_ENV) $(BIN)/python manage.py makemessages --locale en --no-location --no-obsolete --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --verbosity 0

messages: $(VENV)/dev
	@mkdir -p $(dir $(MESSAGES))
	$(MAKEMESSAGES)

.PHONY: messages-current
messages-current:
	@command -v msgmerge >/dev/null || { echo "The messages need gettext: install the package gettext."; exit 1; }
	@cp $(MESSAGES) $(VENV)/messages.before
	@$(MAKEMESSAGES)
	@diff -I '^"POT-Creation-Date' $(VENV)/messages.before $(MESSAGES) >/dev/null; same=$$?; cp $(VENV)/messages.before $(MESSAGES); \
		[ $$same = 0 ] || { echo "A text changed: run make messages."; exit 1; }

# The pictures of the docs, from a demo clinic of its own.
pictures: browser
	@rm -rf var/pictures && mkdir -p var/pictures
	@$(PICTURES_ENV) $(BIN)/python manage.py migrate --verbosity 0 && $(PICTURES_ENV) $(BIN)/python manage.py createcachetable
	@$(PICTURES_ENV) $(BIN)/python manage.py collectstatic --noinput --verbosity 0 && $(PICTURES_ENV) $(BIN)/python manage.py demo >/dev/null
	@$(PICTURES_ENV) $(BIN)/gunicorn rehab.wsgi --bind 127.0.0.1:$(PICTURES_PORT) --log-level warning & server=$$!; sleep 3; \
		$(BIN)/python docs/pictures.py http://127.0.0.1:$(PICTURES_PORT); kill $$server

clean:
	rm -rf $(VENV) var
