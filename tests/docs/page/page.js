// The smallest page that uses the whole main job: sign up, ask for a plan, tick, see the dashboard.
// `supabase.js` is supabase-js's own bundle; `/env.json` brings the address and the publishable key.
const { url, key } = await (await fetch("/env.json")).json();
const supabase = window.supabase.createClient(url, key);
const at = (selector) => document.querySelector(selector);
const byOrder = (rows) => rows.toSorted((one, other) => one.order - other.order);

at("#sign-up").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, email, password } = Object.fromEntries(new FormData(event.target));
  const { error } = await supabase.auth.signUp({
    email,
    password,
    options: {
      emailRedirectTo: location.origin,
      data: { name, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    },
  });
  say("#sign-up", error ?? { message: `Open the letter that we sent to ${email}.` });
});

supabase.auth.onAuthStateChange((event, session) => {
  at("#sign-up").hidden = Boolean(session);
  at("#ask").hidden = !session;
  // Not awaited here: this callback holds the session's lock.
  if (session && event !== "TOKEN_REFRESHED") setTimeout(showDashboard);
});

let requestKey = crypto.randomUUID();

at("#ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = Object.fromEntries(new FormData(event.target));
  const { data: receipt, error } = await supabase.rpc("create_plan", { ...form, request_key: requestKey });
  if (error) return refuse("#ask", error);
  requestKey = crypto.randomUUID();
  say("#ask", { message: "Your plan is being made." });
  const generation = await follow(receipt.generation_id, (percent) => (at("progress").value = percent));
  if (generation.status !== "succeeded") return say("#ask", generation.error);
  await Promise.all([showPlan(receipt.plan_id), showDashboard()]);
  say("#ask", { message: "Here it is." });
});

async function follow(generationId, show) {
  for (;;) {
    const { data: generation } = await supabase
      .from("plan_generations")
      .select("status, progress, error")
      .eq("id", generationId)
      .single()
      .throwOnError();
    show(generation.progress);
    if (!["queued", "running"].includes(generation.status)) return generation;
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

async function showPlan(planId) {
  const { data: plan } = await supabase
    .from("learning_plans")
    .select("topic, modules(id, order, title, tasks(id, order, title, estimated_minutes, task_progress(status)))")
    .eq("id", planId)
    .single()
    .throwOnError();
  at("#plan").replaceChildren(element("h2", plan.topic), ...byOrder(plan.modules).map(week));
}

function week(module) {
  const list = element("ul");
  list.append(...byOrder(module.tasks).map(task));
  const section = element("section");
  section.append(element("h3", `Week ${module.order}: ${module.title}`), list);
  return section;
}

function task({ id, title, estimated_minutes, task_progress: [mine] }) {
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    checked: mine?.status === "completed",
  });
  box.addEventListener("change", async () => {
    await supabase
      .from("task_progress")
      .upsert(
        { task_id: id, status: box.checked ? "completed" : "not_started" },
        { onConflict: "task_id,user_id" },
      )
      .throwOnError();
    await showDashboard();
  });
  const label = element("label");
  // Text, never HTML: titles may come from a model.
  label.append(box, ` ${title} (${estimated_minutes} min)`);
  const item = element("li");
  item.append(label);
  return item;
}

async function showDashboard() {
  const { data: cards } = await supabase.rpc("dashboard").throwOnError();
  at("#dashboard").replaceChildren(
    ...cards.map((card) => {
      const due = card.due_this_week.filter((task) => task.status !== "completed").length;
      const line = element(
        "p",
        `${card.topic}: ${card.completed_tasks} of ${card.total_tasks} tasks, ` +
          `week ${card.current_week ?? "–"} of ${card.total_weeks}, ${due} to do this week`,
      );
      line.dataset.plan = card.plan_id;
      return line;
    }),
  );
}

function element(tag, text = "") {
  return Object.assign(document.createElement(tag), { textContent: text });
}

function say(form, { message, remedy }) {
  at(`${form} output`).textContent = [message, remedy].filter(Boolean).join(" ");
}

/** Shows a refusal beside the field it is about. */
function refuse(form, { message, hint, details }) {
  document.querySelectorAll('[role="alert"]').forEach((old) => old.remove());
  const alert = element("small", `${message}. ${hint ?? ""}`);
  alert.setAttribute("role", "alert");
  (at(`${form} [name="${details}"]`) ?? at(`${form} button`)).after(alert);
}
