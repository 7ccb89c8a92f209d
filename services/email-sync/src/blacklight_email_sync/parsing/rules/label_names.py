"""The labels that people put before the fields of a job, and what they name."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """What a label names. Those from ``APPLICANT`` on say that the mail is about something else."""

    TITLE = "title"
    COMPANY = "company"
    CLIENT = "client"
    LOCATION = "location"
    WORK_MODE = "work_mode"
    EMPLOYMENT = "employment"
    DURATION = "duration"
    PAY = "pay"
    EXPERIENCE = "experience"
    SKILLS = "skills"
    AUTHORIZATION = "authorization"
    START = "start"
    REFERENCE = "reference"
    CONTACT = "contact"
    EMAIL = "email"
    PHONE = "phone"
    DESCRIPTION = "description"
    DETAIL = "detail"
    APPLICANT = "applicant"
    BILLING = "billing"


_LABELS: dict[Field, str] = {
    Field.TITLE: """
        title, job title, working title, position type title, labor category, role, job role
        role title, role name, role/title, position, job position
        position title, position name, title/role, job, opening, job opening, open position
        requirement title, req title, designation, opportunity, requirement, job requirement
        hiring for, looking for, need, vacancy, current opening, title of the position
        title of position, role/position, position/role, job profile, profile, stelle, position als
        stellenbezeichnung, stellentitel, rolle, poste, intitulé du poste, intitulé, puesto, vacante
        cargo, posizione, ruolo, functie, vacature, roll, tjänst, función, vaga, job name, specialty
        speciality, specialism, post, post title, posting title, job opening title, discipline
        discipline/specialty, profession, role name/title, job title/role, vacant position
        classification, projekttitel, position needed, role needed, position required
    """,
    Field.COMPANY: """
        company, company name, employer, vendor, prime vendor, implementation partner
        implementer, hiring company, organization, organisation, firma, unternehmen, arbeitgeber
        entreprise, société, empresa, azienda, bedrijf, agency, about the company
    """,
    Field.CLIENT: """
        client, end client, client name, end customer, customer, direct client, our client
        end-client
        name of client, client/company, final client, kunde, endkunde, cliente, cliente final
        client final, klant, eindklant, kund, account, facility, hospital, facility name
        hiring client, project client
    """,
    Field.LOCATION: """
        location, work location, job location, locations, place, city, worksite, work site, site
        loc, client location, office location, onsite location, city/state, place of work, job site
        work address, location of work, base location, project location, duty station, location/city
        standort, einsatzort, arbeitsort, ort, lieu, lieu de travail, localisation, ville, ubicación
        lugar, lugar de trabajo, localidad, sede, luogo, locatie, standplaats, plats, ort/land
        localização, interview location, location preference, preferred location, location details
        city state, job location city state, where, location/address, assignment location
        place of performance, work place, jobsite
    """,
    Field.WORK_MODE: """
        work mode, remote, onsite, onsite/remote, remote/onsite, workplace type, workplace
        work arrangement, work model, mode of work, working model, remote option, hybrid
        work type, arbeitsmodell, modalidad, télétravail, remote/hybrid, hybrid/remote, remote work
        onsite/hybrid/remote, onsite/hybrid, work setting, office policy, homeoffice, home office
        mode, remoteanteil, remote anteil, teletrabajo, smart working, thuiswerken
    """,
    Field.EMPLOYMENT: """
        employment type, job type, type, contract type, position type, hire type, tax term
        tax terms, taxterm, type of hire, type of hiring, engagement type, engagement, employment
        mode of hire, contract, type of employment, type of contract, hiring type, tax type
        hiring mode, job nature, nature of job, fte status, role type, employment status
        vertragsart, beschäftigungsart, anstellungsart
        type de contrat, contrat, contrato, tipo de contrato, tipo contratto, contratto
        dienstverband
        contract vehicle, terms, job category, employment terms, full time/contract
        contract/perm, contract/fulltime
    """,
    Field.DURATION: """
        duration, contract duration, length, contract length, term, project duration, project length
        assignment length, length of contract, contract term, initial term, length of assignment
        assignment duration, period, contract period, engagement length, estimated duration
        laufzeit, dauer, projektlaufzeit, durée, durée de la mission, duración, durata, looptijd
        duur
        duração, length of project, term of contract, expected duration, duration of contract
        duration of project, duration/term
    """,
    Field.PAY: """
        rate, pay rate, bill rate, hourly rate, salary, pay, compensation, salary range, max rate
        budget, ctc, package, pay range, billing rate, c2c rate, w2 rate, day rate, daily rate
        rate range, rate/hr, target rate, salary/rate, rate/salary, pay/rate, base salary, base
        annual salary, remuneration, rate per hour, max bill rate, max pay rate, rate on c2c
        rate on w2, compensation range, salary package, wage, wages, stundensatz, tagessatz, gehalt
        jahresgehalt, honorar, vergütung, tjm, salaire, rémunération, salario, tarifa, retribuzione
        tariffa, salaris, uurtarief, tarief, remuneração, lön, annual compensation, 1099 rate
        comp, salary/package, salary and benefits, weekly gross, gross weekly, gross weekly pay
        weekly pay, pay package, total compensation, ote, base pay, target compensation, ctc range
        annual ctc, budgeted rate
        taux horaire, salaire horaire, stundenlohn, bruttolohn
        ral, retribuzione annua, jahresbrutto, lohn, lohnband, lön per månad
        pay scale, contract rate, offered rate, rate card, hourly pay, hourly pay rate, rates, fee
    """,
    Field.EXPERIENCE: """
        experience, years of experience, exp, total experience, yoe, experience required, years
        minimum experience, experience level, overall experience, required experience, exp level
        work experience, experience needed, total years of experience, relevant experience, level
        total exp, years of exp, experience range, min experience, years experience, seniority
        experience in years, no of years, yrs of exp, exp required, berufserfahrung, erfahrung
        expérience, experiencia, esperienza, ervaring, experiência, erfarenhet
    """,
    Field.SKILLS: """
        skills, required skills, mandatory skills, must have skills, primary skills, key skills
        technical skills, skill set, skillset, must have, must haves, top skills, mandatory
        technologies, tech stack, secondary skills, nice to have, nice to haves, good to have, stack
        skill, skills required, primary skill, key skill, must-have, must-haves, must have skill
        mandatory skill, skill sets, core skills, required skill, technical skill set, tools
        top 3 skills, top three skills, top must have skills, desired skills, preferred skills
        skills needed, technology, technology stack, key technologies, must skills, primary skillset
        kenntnisse, anforderungen, technologien, compétences, compétences requises, habilidades
        conocimientos, tecnologías, competenze, vaardigheden, mandatory skills/experience
        key requirements, environment, technical environment, technical requirements, requisitos
        required technical skills, skills/experience, skills and experience, skills & experience
    """,
    Field.AUTHORIZATION: """
        visa, visa status, work authorization, visa type, work permit, eligibility, citizenship
        immigration status, visa requirement, work status, authorization, visas, work auth
        visa requirements, work authorisation, authorization status, visa types
        employment eligibility
        acceptable visa, acceptable visas, visa accepted, visas accepted, work eligibility
        sponsorship
        visa restrictions, visa restriction, visa sponsorship, visa/work authorization
        us citizenship
        citizenship requirement, right to work, arbeitserlaubnis, permis de travail, candidate visa
        permiso de trabajo, eligible visas, allowed visas, visa preference
    """,
    Field.START: """
        start date, report date, start, starting, tentative start date, expected start
        expected start date
        start by, anticipated start date, estimated start date, joining, joining date, project start
        target start date, starting date, beginn, starttermin, startdatum, date de début, démarrage
        date de démarrage, fecha de inicio, inicio, inizio, data di inizio, aanvang, início
    """,
    Field.REFERENCE: """
        job id, req id, requisition id, requisition, job code, reference, ref, req, job ref, job no
        position id, requirement id, requisition number, req number, job number
        reference number, ref no
        job reference, requirement no, ref id, order id, jo id, bullhorn id, req no, kennziffer
        solicitation number, job posting id, order number, job order, bid number, req#
        posting number
        referenz, référence, referencia, referentie, solicitation, position number, rfx, rto
        vacancy id
        posting id, requisition no, external id, job req id
    """,
    Field.CONTACT: """
        contact, contact person, recruiter, contact name, hiring manager, poc, point of contact
        ansprechpartner, kontakt, contacto, contatto, contactpersoon, posted by, recruiter name
        manager, account manager, submitted to
    """,
    Field.EMAIL: """
        email, e mail, email id, mail, email address
        mail id, mailto, e-mail, courriel, correo
    """,
    Field.PHONE: """
        phone, tel, mobile, cell, direct, desk, ph, office, call, telephone, phone number
        cell phone
        contact number, phone no, direct number, desk number, telefon, mobil, téléphone
        teléfono, mob
        ph no, contact no, direct line, whatsapp, ph #, tel no, work phone, office number
        cell number
    """,
    Field.DESCRIPTION: """
        job description, description, jd, job summary, responsibilities, job responsibilities
        roles and responsibilities, roles & responsibilities, requirements, qualifications, summary
        about the role, key responsibilities, overview, job details, the role, position summary
        role description, duties, job duties, description of work, project description
        about the job
        required qualifications, preferred qualifications, minimum qualifications, what you will do
        what you'll do, what we're looking for, who you are, what you bring, your profile
        your tasks
        day to day, day to day responsibilities, role overview, position overview
        position description
        job requirements, requirement details, basic qualifications, project
        detailed job description
        responsibility, role and responsibilities, your responsibilities, ihre aufgaben, aufgaben
        ihr profil, profil, aufgabenbeschreibung, projektbeschreibung, missions, mission, descriptif
        descripción, descripción del puesto, funciones, responsabilidades, descrizione, omschrijving
        profil recherché, about this role, job purpose, experience and skills, role summary
        job brief
        essential duties, scope of work, required experience and skills, job overview, about you
        education and experience, your mission, we expect, must bring
    """,
    Field.DETAIL: """
        number of positions, quantity, openings, positions, headcount
        work hours, shift, domain, industry
        education, certification, certifications, priority, department, note, notes, no of positions
        interview, interview mode, interview process, interview type, mode of interview, hours
        no of openings, number of openings, submission deadline, deadline, due date, closing date
        hours per week, working hours, schedule, time zone, timezone, travel, overtime, category
        vendor rate, client type, clearance, security clearance, benefits, language, languages
        sprache
        background check, degree, interviews, shift timings, shift timing, shift timing, team
        reports to
        website, linkedin, address, fax, web, team size, project name, no of position
        # of positions
        of positions, of openings, # of openings, interview rounds, submission due date, program
        url
        apply, link, apply here, job link, relocation, drug test, auslastung, sprachen, important
    """,
    Field.APPLICANT: """
        full name, candidate name, consultant name, legal name, first name, last name
        full legal name, name of candidate, dob, date of birth, mm/dd, ssn, last 4 ssn
        passport number
        current location, current address, notice period, current ctc, expected ctc, expected rate
        willing to relocate, open to relocate, availability, visa expiry, visa validity, linkedin id
        skype id, employer name, employer details, employer email, employer contact, candidate email
        candidate phone, candidate location, expected salary, current salary, highest education
        highest degree, total it experience, us experience, availability to start, rate expectation
        availability for interview, best time to call, graduation year, year of graduation
        reason for change
        last name as per passport, consultant, candidate, interview availability, current company
        currently on project, availability to join, relocate, last 4 digits of ssn, last project
    """,
    Field.BILLING: """
        invoice, invoice number, invoice no, invoice date, amount due, total due, total, po number
        payment due, payment terms, balance due, bill to, billing period, account number
        order number
        subtotal, tax, amount, payment method, receipt number, transaction id, iban, due amount
        week ending, hours worked, total hours, timesheet period
    """,
}


def _by_label() -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for field, listed in _LABELS.items():
        for label in listed.replace("\n", ",").split(","):
            name = " ".join(label.replace("-", " ").replace("#", " ").split())
            if name:
                fields.setdefault(name, field)
    return fields


FIELDS_BY_LABEL = _by_label()
"""By folded label; the first field that lists a label keeps it."""
