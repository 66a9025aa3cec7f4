// The only place that names packages. The version is the one in node_modules, so that nothing is fetched.
export { createClient, type SupabaseClient } from 'npm:@supabase/supabase-js@2';
