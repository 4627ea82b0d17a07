import asyncio


async def fail():
    await asyncio.sleep(0)
    raise RuntimeError("in a task")


async def main():
    await asyncio.gather(fail(), asyncio.sleep(1))


asyncio.run(main())
