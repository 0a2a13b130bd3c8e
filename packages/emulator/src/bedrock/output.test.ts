import { describe, expect, it } from "vitest";
import { builtInResponder } from "../responder/index.ts";
import { claudeInput, counts, idIn, inputLines, s3Input, started } from "./test-world.ts";

describe("The output", () => {
  it("has a line for every record in a real line's shape, in another order, and the manifest", async () => {
    const { put, create, until, lines, names } = await started();
    await put("in/a.jsonl", inputLines(300));
    const id = idIn(await create("job-1"));
    await until("job-1", "Completed");
    expect(await names(`out/${id}`)).toEqual(["a.jsonl.out", "manifest.json.out"]);
    const output = await lines(`out/${id}/a.jsonl.out`);
    const ids = output.map(({ recordId }) => String(recordId));
    const inOrder = Array.from({ length: 300 }, (_, index) => `CALL${index}`);
    expect(ids.toSorted()).toEqual(inOrder.toSorted());
    expect(ids).not.toEqual(inOrder);
    expect(output.find(({ recordId }) => recordId === "CALL7")).toEqual({
      recordId: "CALL7",
      modelInput: claudeInput("question 7"),
      modelOutput: expect.objectContaining({ type: "message", usage: expect.anything() }),
    });
    const [manifest] = await lines(`out/${id}/manifest.json.out`);
    expect(manifest).toEqual({
      ...counts(300, 300, 0),
      inputTokenCount: expect.any(Number),
      outputTokenCount: expect.any(Number),
    });
  });

  it("has a file for every JSONL file of a folder, and adds their records up", async () => {
    const { put, create, until, lines, names, get } = await started();
    await put("in/a.jsonl", inputLines(60, "A"));
    await put("in/b.jsonl", inputLines(50, "B"));
    await put("in/readme.txt", "not a record");
    const job = await create("job-1", s3Input("s3://bucket/in/"));
    await until("job-1", "Completed");
    expect(await names(`out/${idIn(job)}`)).toEqual(["a.jsonl.out", "b.jsonl.out", "manifest.json.out"]);
    expect(await lines(`out/${idIn(job)}/b.jsonl.out`)).toHaveLength(50);
    expect(await get(job)).toMatchObject(counts(110, 110, 0));
  });

  it("fills in a recordId that is missing, and names the error of a record that the model refuses", async () => {
    const { put, create, until, lines, get } = await started();
    const bad = JSON.stringify({ recordId: "BAD", modelInput: { prompt: "not Claude's body" } });
    const nameless = JSON.stringify({ modelInput: claudeInput("who?") });
    await put("in/a.jsonl", `${inputLines(98)}${bad}\n${nameless}`);
    const job = await create("job-1");
    await until("job-1", "Completed");
    const output = await lines(`out/${idIn(job)}/a.jsonl.out`);
    expect(output.find(({ recordId }) => recordId === "BAD")).toEqual({
      recordId: "BAD",
      modelInput: { prompt: "not Claude's body" },
      error: { errorCode: 400, errorMessage: expect.stringMatching(/anthropic_version/) },
    });
    const filledIn = output.filter(({ recordId }) => !/^(CALL\d+|BAD)$/.test(String(recordId)));
    expect(filledIn).toEqual([expect.objectContaining({ recordId: expect.stringMatching(/^[A-Z0-9]{11}$/) })]);
    expect(await get(job)).toMatchObject(counts(100, 99, 1));
  });

  it("has every other record's result beside one that nests too deeply to be written", async () => {
    const { put, create, until, lines, get } = await started();
    const deep = `{"recordId":"DEEP","modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"q"}],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
    await put("in/a.jsonl", `${inputLines(99)}${deep}\n`);
    const job = await create("job-1");
    await until("job-1", "Completed");
    const output = await lines(`out/${idIn(job)}/a.jsonl.out`);
    expect(output.find(({ recordId }) => recordId === "DEEP")).toEqual({
      recordId: "DEEP",
      error: { errorCode: 400, errorMessage: expect.stringMatching(/nests too deeply/) },
    });
    expect(await get(job)).toMatchObject(counts(100, 99, 1));
  });

  it("is the same for the same seed, whatever the run", async () => {
    const outputs: string[] = [];
    for (const seed of ["one", "one", "two"]) {
      const { put, create, until, text } = await started({ seed });
      await put("in/a.jsonl", inputLines(200));
      const id = idIn(await create("job-1"));
      await until("job-1", "Completed");
      outputs.push(await text(`out/${id}/a.jsonl.out`));
    }
    expect(outputs[1]).toBe(outputs[0]);
    expect(outputs[2]).not.toBe(outputs[0]);
  });

  it("loses no record of lines longer than a chunk, with blank lines and other line ends", async () => {
    const { put, create, until, lines } = await started();
    const long = "ä".repeat(50_000);
    const records = Array.from({ length: 120 }, (_, index) =>
      JSON.stringify({ recordId: `R${index}`, modelInput: claudeInput(`${index} ${long}`) }),
    );
    await put("in/a.jsonl", `\r\n${records.join("\r\n\n")}`);
    const id = idIn(await create("job-1"));
    await until("job-1", "Completed");
    const output = await lines(`out/${id}/a.jsonl.out`);
    expect(output).toHaveLength(120);
    expect(output.find(({ recordId }) => recordId === "R9")?.["modelInput"]).toEqual(claudeInput(`9 ${long}`));
  });
});

describe("The responder", () => {
  it("is never asked for more responses at once than it allows, over all jobs", async () => {
    const builtIn = builtInResponder();
    let underWay = 0;
    let most = 0;
    const responder = {
      concurrency: 3,
      respond: async (...record: Parameters<typeof builtIn.respond>) => {
        underWay += 1;
        most = Math.max(most, underWay);
        // A turn of the event loop, so that responses of several jobs can overlap.
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return builtIn.respond(...record);
      },
    };
    const { put, create, advance, get } = await started({ responder });
    await put("in/a.jsonl", inputLines(100));
    const jobs = [await create("job-1"), await create("job-2")];
    await advance(3_600_000);
    for (const job of jobs) expect(await get(job)).toMatchObject({ status: "Completed" });
    expect(most).toBe(3);
  });

  it("is told the model and how the records are to be read", async () => {
    const { put, create, until, lines } = await started();
    const modelInput = { messages: [{ role: "user", content: [{ text: "Hello" }] }] };
    const line = (index: number) => JSON.stringify({ recordId: `R${index}`, modelInput });
    await put("in/a.jsonl", Array.from({ length: 100 }, (_, index) => line(index)).join("\n"));
    const id = idIn(await create("job-1", { modelInvocationType: "Converse" }));
    await until("job-1", "Completed");
    const [first] = await lines(`out/${id}/a.jsonl.out`);
    expect(first).toMatchObject({ modelOutput: { output: { message: { role: "assistant" } }, metrics: {} } });
  });
});
