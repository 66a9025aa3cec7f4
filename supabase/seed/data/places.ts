/** Schools with the region they stand in, and where families live who have left. */

export const schools = [
  { name: "Queen's Royal College", region: 'Port of Spain' },
  { name: "St. Joseph's Convent, Port of Spain", region: 'Port of Spain' },
  { name: "St. Mary's College", region: 'Port of Spain' },
  { name: 'Bishop Anstey High School', region: 'Port of Spain' },
  { name: 'Fatima College', region: 'Port of Spain' },
  { name: 'Providence Girls Catholic School', region: 'Port of Spain' },
  { name: 'Diego Martin Central Secondary School', region: 'Diego Martin' },
  { name: 'Trinity College Moka', region: 'Diego Martin' },
  { name: 'San Juan South Secondary School', region: 'San Juan' },
  { name: 'St. Augustine Girls High School', region: 'Tunapuna' },
  { name: 'Hillview College', region: 'Tunapuna' },
  { name: 'Lakshmi Girls Hindu College', region: 'Tunapuna' },
  { name: "St. Joseph's Convent, St. Joseph", region: 'Tunapuna' },
  { name: 'Holy Cross College', region: 'Arima' },
  { name: 'Arima North Secondary School', region: 'Arima' },
  { name: 'North Eastern College', region: 'Sangre Grande' },
  { name: 'Presentation College, Chaguanas', region: 'Chaguanas' },
  { name: 'Chaguanas North Secondary School', region: 'Chaguanas' },
  { name: 'Holy Faith Convent, Couva', region: 'Couva' },
  { name: 'Couva East Secondary School', region: 'Couva' },
  { name: 'Naparima College', region: 'San Fernando' },
  { name: 'Naparima Girls High School', region: 'San Fernando' },
  { name: 'Presentation College, San Fernando', region: 'San Fernando' },
  { name: "St. Joseph's Convent, San Fernando", region: 'San Fernando' },
  { name: 'ASJA Boys College, San Fernando', region: 'San Fernando' },
  { name: 'ASJA Girls College, Charlieville', region: 'Chaguanas' },
  { name: "St. Stephen's College", region: 'Princes Town' },
  { name: 'Princes Town West Secondary School', region: 'Princes Town' },
  { name: 'Holy Faith Convent, Penal', region: 'Penal' },
  { name: 'Iere High School', region: 'Siparia' },
  { name: "St. Benedict's College", region: 'La Romaine' },
  { name: 'Point Fortin East Secondary School', region: 'Point Fortin' },
  { name: 'Rio Claro College', region: 'Rio Claro' },
  { name: 'Mayaro Secondary School', region: 'Mayaro' },
  { name: "Bishop's High School, Tobago", region: 'Scarborough' },
  { name: 'Signal Hill Secondary School', region: 'Scarborough' },
] as const;

export const primarySchools = [
  { name: 'Maria Regina Grade School', region: 'Port of Spain' },
  { name: 'Newtown Boys RC School', region: 'Port of Spain' },
  { name: 'Curepe Presbyterian Primary School', region: 'Tunapuna' },
  { name: 'Tunapuna Hindu Primary School', region: 'Tunapuna' },
  { name: 'Montrose Government Primary School', region: 'Chaguanas' },
  { name: 'Grant Memorial Presbyterian Primary School', region: 'San Fernando' },
  { name: 'Arima Boys RC School', region: 'Arima' },
  { name: 'Scarborough RC School', region: 'Scarborough' },
] as const;

/** Zones of students whose families have moved. All three observe daylight saving time; Trinidad and Tobago does not. */
export const abroad = [
  { zone: 'America/New_York', country: 'US', place: 'Brooklyn, New York', school: 'Midwood High School' },
  { zone: 'Europe/London', country: 'GB', place: 'Lewisham, London', school: 'Prendergast School' },
  {
    zone: 'America/Toronto',
    country: 'CA',
    place: 'Scarborough, Toronto',
    school: 'Cedarbrae Collegiate Institute',
  },
] as const;

export const homeZone = 'America/Port_of_Spain';
